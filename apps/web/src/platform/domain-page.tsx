import { Button, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { createDomainOperation, listDomainsOperation, updateDomainOperation, type DomainRecord } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { NameCell } from '../ui/cells.js';
import type { Column } from '../ui/data-table.js';
import { FormDialog } from '../ui/form-dialog.js';
import { byFirstPart } from '../ui/form-refusal.js';
import { Icon } from '../ui/icons.js';
import { ListPage, useList } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { notifyRefused } from '../ui/notify.js';
import { filterOf, SearchBar } from '../ui/search-bar.js';
import { Empty } from '../ui/states.js';

type Domain = z.output<typeof DomainRecord>;

const columns: Column<Domain>[] = [
  {
    title: 'Name',
    sortBy: 'name',
    cell: ({ name }) => <NameCell name={name} />,
  },
  { title: 'Sensitive', sortBy: 'sensitive', cell: (domain) => <SensitiveSwitch domain={domain} /> },
];

export function DomainPage() {
  const state = useListState();
  const { canWrite } = useMe();
  const [isAdding, setAdding] = useState(false);
  const query = { ...windowOf(state, 'id'), filter: filterOf(state, 'name') };
  const domains = useList('domains', query, (signal) => api.call(listDomainsOperation, { query, signal }));
  return (
    <ListPage
      title="Domains"
      lead="Names that certificates were issued for. Only administrators issue for a sensitive one"
      actions={
        canWrite && (
          <Button leftSection={<Icon name="plus" />} onClick={() => setAdding(true)}>
            Add domain
          </Button>
        )
      }
      filters={<SearchBar of="Domains" state={state} />}
      columns={columns}
      list={domains}
      state={state}
      rowKey={({ id }) => id}
      isFiltered={query.filter !== undefined}
      none={
        <Empty icon="domain" title="No domains">
          They come with the certificates that name them.
        </Empty>
      }
    >
      {isAdding && <AddDialog close={() => setAdding(false)} />}
    </ListPage>
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
  const add = (body: typeof form.values) => api.call(createDomainOperation, { body });
  return (
    <FormDialog
      title="Add domain"
      submit="Add"
      done={({ name }) => `${name} was added`}
      form={form}
      fieldOf={fieldOf}
      close={close}
      save={add}
    >
      <TextInput label="Name" placeholder="payments.example.com" required data-autofocus {...form.getInputProps('name')} />
      <Switch label="Sensitive" {...form.getInputProps('sensitive', { type: 'checkbox' })} />
    </FormDialog>
  );
}
