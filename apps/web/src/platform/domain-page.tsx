import { Button, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedCallback } from '@mantine/hooks';
import { createDomainOperation, listDomainsOperation, updateDomainOperation, type DomainRecord } from '@sifaka/contracts';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { Dialog } from '../ui/dialog.js';
import { byFirstPart, shownPaths, showRefusal } from '../ui/form-refusal.js';
import { Icon } from '../ui/icons.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { notifyDone, notifyRefused } from '../ui/notify.js';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/states.js';

type Domain = z.output<typeof DomainRecord>;

const columns: Column<Domain>[] = [
  {
    title: 'Name',
    sortBy: 'name',
    cell: ({ name }) => (
      <Text size="sm" fw={500} className="breaks">
        {name}
      </Text>
    ),
  },
  { title: 'Sensitive', sortBy: 'sensitive', cell: (domain) => <SensitiveSwitch domain={domain} /> },
];

export function DomainPage() {
  const state = useListState();
  const { canWrite } = useMe();
  const [text, setText] = useState(state.value('text'));
  const [isAdding, setAdding] = useState(false);
  const search = useDebouncedCallback((value: string) => state.set({ text: value.trim() }), 300);
  const query = { ...windowOf(state, 'id'), filter: state.value('text') === '' ? undefined : `name;${state.value('text')}` };
  const domains = useQuery({
    queryKey: ['domains', query],
    queryFn: ({ signal }) => api.call(listDomainsOperation, { query, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Domains"
      lead="Names that certificates were issued for. Only administrators issue for a sensitive one"
      actions={
        canWrite && (
          <Button leftSection={<Icon name="plus" />} onClick={() => setAdding(true)}>
            Add domain
          </Button>
        )
      }
    >
      <TextInput
        label="Search"
        leftSection={<Icon name="search" />}
        maw={420}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
      />
      <DataTable
        label="Domains"
        columns={columns}
        query={domains}
        rowKey={({ id }) => id}
        state={state}
        empty={
          <Empty icon="domain" title="No domains">
            They come with the certificates that name them.
          </Empty>
        }
      />
      {isAdding && <AddDialog close={() => setAdding(false)} />}
    </Page>
  );
}

function SensitiveSwitch({ domain: { id, name, sensitive } }: { domain: Domain }) {
  const { isAdmin } = useMe();
  const change = useMutation({
    mutationFn: (wanted: boolean) => api.call(updateDomainOperation, { params: { id }, body: { name, sensitive: wanted } }),
    onSettled: refreshAll,
    onError: notifyRefused,
  });
  return (
    <Switch
      checked={sensitive}
      disabled={!isAdmin || change.isPending}
      onChange={(event) => change.mutate(event.currentTarget.checked)}
      aria-label={`${name} is sensitive`}
    />
  );
}

const fieldOf = byFirstPart(['name', 'sensitive']);

function AddDialog({ close }: { close: () => void }) {
  const form = useForm({ initialValues: { name: '', sensitive: true } });
  const add = useMutation({
    mutationFn: (body: typeof form.values) => api.call(createDomainOperation, { body }),
    onSuccess: async ({ name }) => {
      notifyDone(`${name} was added`);
      await refreshAll();
      close();
    },
    onError: (error) => showRefusal(form, error, fieldOf),
  });
  return (
    <Dialog
      title="Add domain"
      isOpen
      close={close}
      submit="Add"
      isBusy={add.isPending}
      error={add.error}
      shown={shownPaths(add.error, fieldOf)}
      onSubmit={form.onSubmit((values) => add.mutate(values))}
    >
      <TextInput label="Name" placeholder="payments.example.com" required data-autofocus {...form.getInputProps('name')} />
      <Switch label="Sensitive" {...form.getInputProps('sensitive', { type: 'checkbox' })} />
    </Dialog>
  );
}
