import { Button, Group, MultiSelect, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { createRoleOperation, deleteRoleOperation, listRolesOperation, updateRoleOperation, type RoleView } from '@sifaka/contracts';
import { useState } from 'react';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { ActionDialog } from '../ui/action-dialog.js';
import { NameCell } from '../ui/cells.js';
import type { Column } from '../ui/data-table.js';
import { FormDialog } from '../ui/form-dialog.js';
import { byFirstPart } from '../ui/form-refusal.js';
import { Icon } from '../ui/icons.js';
import { ListPage, useList } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { Empty } from '../ui/states.js';
import { useUsers } from './use-people.js';

const columns: Column<RoleView>[] = [
  {
    title: 'Name',
    sortBy: 'name',
    cell: ({ name, description }) => <NameCell name={name} detail={description} />,
  },
  {
    title: 'Members',
    cell: ({ users }) => <Text size="sm">{users.length === 0 ? 'nobody' : users.map(({ username }) => username).join(', ')}</Text>,
  },
  { title: 'Authorities', cell: ({ authorities }) => <Text size="sm">{authorities.map(({ name }) => name).join(', ')}</Text> },
];

export function RolePage() {
  const state = useListState();
  const { isAdmin } = useMe();
  const [edited, setEdited] = useState<RoleView | 'new' | null>(null);
  const [deleted, setDeleted] = useState<RoleView | null>(null);
  const query = windowOf(state, 'id');
  const roles = useList('roles', query, (signal) => api.call(listRolesOperation, { query, signal }));
  const actions: Column<RoleView> = {
    title: 'Actions',
    isTitleHidden: true,
    cell: (role) => (
      <Group gap="xs" wrap="nowrap" justify="flex-end">
        <Button size="compact-sm" variant="default" onClick={() => setEdited(role)} aria-label={`Edit ${role.name}`}>
          Edit
        </Button>
        <Button size="compact-sm" variant="default" c="red" onClick={() => setDeleted(role)} aria-label={`Delete ${role.name}`}>
          Delete
        </Button>
      </Group>
    ),
  };
  return (
    <ListPage
      title="Roles"
      lead="Whoever has a role of a certificate or an authority may use and change it"
      actions={
        isAdmin && (
          <Button leftSection={<Icon name="plus" />} onClick={() => setEdited('new')}>
            Add role
          </Button>
        )
      }
      columns={isAdmin ? [...columns, actions] : columns}
      list={roles}
      state={state}
      rowKey={({ id }) => id}
      none={
        <Empty icon="role" title="No roles">
          There are none yet.
        </Empty>
      }
    >
      {edited !== null && <RoleDialog role={edited === 'new' ? null : edited} close={() => setEdited(null)} />}
      {deleted !== null && <DeleteDialog role={deleted} close={() => setDeleted(null)} />}
    </ListPage>
  );
}

const fieldOf = byFirstPart(['name', 'description', 'users']);

function RoleDialog({ role, close }: { role: RoleView | null; close: () => void }) {
  const users = useUsers();
  const form = useForm({
    initialValues: { name: role?.name ?? '', description: role?.description ?? '', users: role?.users.map(({ id }) => String(id)) ?? [] },
  });
  const save = ({ users: members, ...rest }: typeof form.values) => {
    const body = { ...rest, users: members.map((id) => ({ id: Number(id) })) };
    return role === null ? api.call(createRoleOperation, { body }) : api.call(updateRoleOperation, { params: { id: role.id }, body });
  };
  return (
    <FormDialog
      title={role === null ? 'Add role' : `Edit ${role.name}`}
      done={({ name }) => (role === null ? `${name} was added` : `${name} was changed`)}
      form={form}
      fieldOf={fieldOf}
      close={close}
      save={save}
    >
      <TextInput label="Name" required data-autofocus {...form.getInputProps('name')} />
      <Textarea label="Description" autosize minRows={2} {...form.getInputProps('description')} />
      <MultiSelect
        label="Members"
        searchable
        data={users.data?.items.map(({ id, username }) => ({ value: String(id), label: username })) ?? []}
        {...form.getInputProps('users')}
      />
    </FormDialog>
  );
}

function DeleteDialog({ role, close }: { role: RoleView; close: () => void }) {
  return (
    <ActionDialog
      title="Delete role"
      submit="Delete"
      isDangerous
      done={`${role.name} was deleted`}
      run={() => api.call(deleteRoleOperation, { params: { id: role.id } })}
      close={close}
    >
      <Text>
        Delete <b>{role.name}</b>? A role that users, certificates or authorities still have is not deleted.
      </Text>
    </ActionDialog>
  );
}
