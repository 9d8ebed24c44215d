import { Alert, Badge, Button, Code, Group, NumberInput, Select, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import {
  createApiKeyOperation,
  deleteApiKeyOperation,
  getApiKeyOperation,
  listApiKeysOperation,
  updateApiKeyOperation,
  type ApiKeyView,
} from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { ActionDialog } from '../ui/action-dialog.js';
import type { Column } from '../ui/data-table.js';
import { Dialog } from '../ui/dialog.js';
import { byFirstPart, shownPaths, showRefusal } from '../ui/form-refusal.js';
import { Icon } from '../ui/icons.js';
import { ListPage, useList } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { notifyRefused } from '../ui/notify.js';
import { Copy } from '../ui/pem-block.js';
import { Empty } from '../ui/states.js';
import { dateTimeText } from '../ui/time.js';
import { useUsers } from './use-people.js';

const columns: Column<ApiKeyView>[] = [
  {
    title: 'Name',
    sortBy: 'name',
    cell: ({ name }) => (
      <Text size="sm" fw={500}>
        {name}
      </Text>
    ),
  },
  { title: 'User', cell: ({ user }) => <Text size="sm">{user.username}</Text> },
  { title: 'Issued', cell: ({ issuedAt }) => <Text size="sm">{dateTimeText(new Date(issuedAt * 1_000).toISOString())}</Text> },
  { title: 'Life', cell: ({ ttl }) => <Text size="sm">{ttl === -1 ? 'without end' : `${ttl} days`}</Text> },
  {
    title: 'State',
    cell: ({ revoked }) => (
      <Badge miw="max-content" variant="light" radius="sm" color={revoked ? 'red' : 'teal'}>
        {revoked ? 'revoked' : 'in force'}
      </Badge>
    ),
  },
];

export function ApiKeyPage() {
  const state = useListState();
  const [isAdding, setAdding] = useState(false);
  const [token, setToken] = useState<string | null>(null);
  const query = windowOf(state, 'id');
  const keys = useList('keys', query, (signal) => api.call(listApiKeysOperation, { query, signal }));
  const add = (
    <Button leftSection={<Icon name="plus" />} onClick={() => setAdding(true)}>
      Create API key
    </Button>
  );
  const actions: Column<ApiKeyView> = { title: 'Actions', isTitleHidden: true, cell: (key) => <KeyActions apiKey={key} show={setToken} /> };
  return (
    <ListPage
      title="API keys"
      lead="Tokens for programs; each speaks with the rights of its user"
      actions={add}
      columns={[...columns, actions]}
      list={keys}
      state={state}
      rowKey={({ id }) => id}
      none={
        <Empty icon="key" title="No API keys yet" actions={add}>
          Scripts and pipelines log in with one instead of a password.
        </Empty>
      }
    >
      {isAdding && <CreateDialog close={() => setAdding(false)} show={setToken} />}
      {token !== null && <TokenDialog token={token} close={() => setToken(null)} />}
    </ListPage>
  );
}

function KeyActions({ apiKey, show }: { apiKey: ApiKeyView; show: (token: string) => void }) {
  const [isDeleting, setDeleting] = useState(false);
  const { id, name, ttl, user, revoked } = apiKey;
  const read = useMutation({
    mutationFn: () => api.call(getApiKeyOperation, { params: { id } }),
    onSuccess: ({ jwt }) => show(jwt),
    onError: notifyRefused,
    gcTime: 0,
  });
  const revoke = useMutation({
    mutationFn: () =>
      api.call(updateApiKeyOperation, {
        params: { id },
        body: { id, name, ttl, revoked: !revoked, user: { id: user.id, username: user.username, email: user.email } },
      }),
    onSettled: refreshAll,
    onError: notifyRefused,
  });
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      <Button
        size="compact-sm"
        variant="default"
        loading={read.isPending}
        onClick={() => read.mutate()}
        aria-label={`Show the token of ${name}`}
      >
        Token
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        loading={revoke.isPending}
        onClick={() => revoke.mutate()}
        aria-label={`${revoked ? 'Restore' : 'Revoke'} ${name}`}
      >
        {revoked ? 'Restore' : 'Revoke'}
      </Button>
      <Button size="compact-sm" variant="default" c="red" onClick={() => setDeleting(true)} aria-label={`Delete ${name}`}>
        Delete
      </Button>
      {isDeleting && <DeleteDialog apiKey={apiKey} close={() => setDeleting(false)} />}
    </Group>
  );
}

function DeleteDialog({ apiKey: { id, name }, close }: { apiKey: ApiKeyView; close: () => void }) {
  return (
    <ActionDialog
      title="Delete API key"
      submit="Delete"
      isDangerous
      done={`${name} was deleted`}
      run={() => api.call(deleteApiKeyOperation, { params: { id } })}
      close={close}
    >
      <Text>
        Delete <b>{name}</b>? Programs that use its token are refused at once.
      </Text>
    </ActionDialog>
  );
}

const fieldOf = byFirstPart(['name', 'ttl', 'user']);

function CreateDialog({ close, show }: { close: () => void; show: (token: string) => void }) {
  const { user: me, isAdmin } = useMe();
  const users = useUsers();
  const form = useForm<{ name: string; endless: boolean; ttl: number | string; user: string | null }>({
    initialValues: { name: '', endless: false, ttl: 90, user: me === null ? null : String(me.id) },
  });
  const create = useMutation({
    mutationFn: ({ name, endless, ttl, user }: typeof form.values) => {
      const owner = users.data?.items.find(({ id }) => String(id) === user);
      return api.call(createApiKeyOperation, {
        body: {
          name,
          ttl: endless ? -1 : Number(ttl),
          ...(owner !== undefined && { user: { id: owner.id, username: owner.username, email: owner.email } }),
        },
      });
    },
    onSuccess: async ({ jwt }) => {
      await refreshAll();
      close();
      show(jwt);
    },
    onError: (error) => showRefusal(form, error, fieldOf),
    gcTime: 0,
  });
  return (
    <Dialog
      title="Create API key"
      isOpen
      close={close}
      submit="Create"
      isBusy={create.isPending}
      error={create.error}
      shown={shownPaths(create.error, fieldOf)}
      onSubmit={form.onSubmit((values) => create.mutate(values))}
    >
      <TextInput label="Name" description="What it is used for" required data-autofocus {...form.getInputProps('name')} />
      {isAdmin && (
        <Select
          label="User"
          searchable
          allowDeselect={false}
          data={users.data?.items.map(({ id, username }) => ({ value: String(id), label: username })) ?? []}
          {...form.getInputProps('user')}
        />
      )}
      <Switch label="Without end" {...form.getInputProps('endless', { type: 'checkbox' })} />
      {!form.values.endless && (
        <NumberInput label="Days" min={1} max={36_500} allowDecimal={false} maw={220} {...form.getInputProps('ttl')} />
      )}
    </Dialog>
  );
}

function TokenDialog({ token, close }: { token: string; close: () => void }) {
  return (
    <Dialog title="Token" isOpen close={close}>
      <Alert role="note" color="orange" icon={<Icon name="warning" />}>
        Whoever has this token acts as its user. Keep it like a password.
      </Alert>
      <Code block className="breaks" style={{ whiteSpace: 'pre-wrap' }} tabIndex={0}>
        {token}
      </Code>
      <Group>
        <Copy text={token} what="token" />
      </Group>
      <Text size="sm">Programs send it with each request:</Text>
      <Code block>{`curl -H "Authorization: Bearer $TOKEN" ${location.origin}/api/1/certificates`}</Code>
    </Dialog>
  );
}
