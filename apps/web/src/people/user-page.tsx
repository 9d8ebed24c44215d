import { Badge, Button, Group, MultiSelect, PasswordInput, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { createUserOperation, listUsersOperation, updateUserOperation, type UserView } from '@sifaka/contracts';
import { useState } from 'react';
import { ActiveBadge } from '../ui/badges.js';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import type { Column } from '../ui/data-table.js';
import { FormDialog } from '../ui/form-dialog.js';
import { byFirstPart } from '../ui/form-refusal.js';
import { Icon } from '../ui/icons.js';
import { ListPage, useList } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { Empty } from '../ui/states.js';
import { useRoles } from './use-people.js';

const columns: Column<UserView>[] = [
  {
    title: 'Username',
    sortBy: 'username',
    cell: ({ username }) => (
      <Text size="sm" fw={500}>
        {username}
      </Text>
    ),
  },
  { title: 'E-mail', sortBy: 'email', cell: ({ email }) => <Text size="sm">{email}</Text> },
  { title: 'State', cell: ({ active }) => <ActiveBadge active={active} /> },
  {
    title: 'Roles',
    cell: ({ roles }) => (
      <Group gap={4}>
        {roles.map(({ id, name }) => (
          <Badge key={id} variant="default" radius="sm" tt="none">
            {name}
          </Badge>
        ))}
      </Group>
    ),
  },
];

export function UserPage() {
  const state = useListState();
  const { isAdmin } = useMe();
  const [edited, setEdited] = useState<UserView | 'new' | null>(null);
  const query = windowOf(state, 'id');
  const users = useList('users', query, (signal) => api.call(listUsersOperation, { query, signal }));
  const edit: Column<UserView> = {
    title: 'Actions',
    isTitleHidden: true,
    cell: (user) => (
      <Button size="compact-sm" variant="default" onClick={() => setEdited(user)} aria-label={`Edit ${user.username}`}>
        Edit
      </Button>
    ),
  };
  return (
    <ListPage
      title="Users"
      lead="People and programs that log in"
      actions={
        isAdmin && (
          <Button leftSection={<Icon name="plus" />} onClick={() => setEdited('new')}>
            Add user
          </Button>
        )
      }
      columns={isAdmin ? [...columns, edit] : columns}
      list={users}
      state={state}
      rowKey={({ id }) => id}
      none={
        <Empty icon="user" title="No users">
          There is nobody here.
        </Empty>
      }
    >
      {edited !== null && <UserDialog user={edited === 'new' ? null : edited} close={() => setEdited(null)} />}
    </ListPage>
  );
}

const fieldOf = byFirstPart(['username', 'email', 'password', 'active', 'roles']);

function UserDialog({ user, close }: { user: UserView | null; close: () => void }) {
  const roles = useRoles();
  const form = useForm({
    initialValues: {
      username: user?.username ?? '',
      email: user?.email ?? '',
      password: '',
      active: user?.active ?? true,
      roles: user?.roles.map(({ id }) => String(id)) ?? [],
    },
  });
  const save = ({ roles: chosen, password, ...rest }: typeof form.values) => {
    const body = { ...rest, roles: chosen.map((id) => ({ id: Number(id) })) };
    if (user === null) return api.call(createUserOperation, { body: { ...body, password } });
    return api.call(updateUserOperation, { params: { id: user.id }, body: { ...body, ...(password !== '' && { password }) } });
  };
  return (
    <FormDialog
      title={user === null ? 'Add user' : `Edit ${user.username}`}
      done={({ username }) => (user === null ? `${username} was added` : `${username} was changed`)}
      form={form}
      fieldOf={fieldOf}
      close={close}
      save={save}
    >
      <TextInput label="Username" required autoComplete="off" data-autofocus {...form.getInputProps('username')} />
      <TextInput label="E-mail" type="email" required autoComplete="off" {...form.getInputProps('email')} />
      <PasswordInput
        label="Password"
        description={user === null ? undefined : 'Leave empty to keep it'}
        required={user === null}
        autoComplete="new-password"
        {...form.getInputProps('password')}
      />
      <MultiSelect
        label="Roles"
        searchable
        data={roles.data?.items.map(({ id, name }) => ({ value: String(id), label: name })) ?? []}
        {...form.getInputProps('roles')}
      />
      <Switch label="Active" description="Who is not active cannot log in" {...form.getInputProps('active', { type: 'checkbox' })} />
    </FormDialog>
  );
}
