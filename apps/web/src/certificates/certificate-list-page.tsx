import { Anchor, Button, Group, NativeSelect, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { listCertificatesOperation, type CertificateView } from '@sifaka/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { Expiry, StateBadge } from '../ui/badges.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { useListState, windowOf, type ListState } from '../ui/list-state.js';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/states.js';

const columns: Column<CertificateView>[] = [
  {
    title: 'Name',
    sortBy: 'name',
    cell: ({ id, name, domains, cn }) => (
      <Stack gap={0}>
        <Anchor component={Link} to={`/certificates/${id}`} fw={500} className="breaks" size="sm">
          {name}
        </Anchor>
        <Text size="xs" c="dimmed" className="breaks">
          {namesOf(
            domains.map((domain) => domain.name),
            cn,
          )}
        </Text>
      </Stack>
    ),
  },
  { title: 'State', cell: (row) => <StateBadge {...row} /> },
  { title: 'Expires', sortBy: 'notAfter', cell: ({ notAfter }) => <Expiry notAfter={notAfter} /> },
  {
    title: 'Authority',
    cell: ({ authority, issuer }) => <Text size="sm">{authority?.name ?? (issuer === '<selfsigned>' ? 'itself' : issuer)}</Text>,
  },
  { title: 'Owner', sortBy: 'owner', cell: ({ owner }) => <Text size="sm">{owner}</Text> },
];

function namesOf(names: readonly string[], cn: string | null): string {
  const all = names.length === 0 && cn !== null ? [cn] : names;
  return all.length > 3 ? `${all.slice(0, 3).join(', ')} and ${all.length - 3} more` : all.join(', ');
}

export function CertificateListPage() {
  const state = useListState();
  const text = state.value('text');
  const query = {
    ...windowOf(state, 'id'),
    filter: text === '' ? undefined : `${state.value('in') === '' ? 'name' : state.value('in')};${text}`,
    showExpired: state.value('expired') === '1' ? 1 : 0,
    timeRange: state.value('within') === '' ? undefined : state.value('within'),
  };
  const certificates = useQuery({
    queryKey: ['certificates', query],
    queryFn: async ({ signal }) => {
      const { items, total } = await api.call(listCertificatesOperation, { query, signal });
      return { items: [...items].filter(isWhole), total };
    },
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Certificates" lead="Everything issued, uploaded or found, with its owner and its end" actions={<Actions />}>
      <Filters state={state} />
      <DataTable
        label="Certificates"
        columns={columns}
        query={certificates}
        rowKey={({ id }) => id}
        state={state}
        empty={<None isFiltered={text !== '' || query.timeRange !== undefined} />}
      />
    </Page>
  );
}

/** The short form of the list has no body; this page does not ask for it. */
const isWhole = (row: object): row is CertificateView => 'body' in row;

function Actions() {
  const { canWrite } = useMe();
  if (!canWrite) return null;
  return (
    <>
      <Button component={Link} to="/certificates/upload" variant="default" leftSection={<Icon name="upload" />}>
        Upload
      </Button>
      <Button component={Link} to="/certificates/request" leftSection={<Icon name="plus" />}>
        Request certificate
      </Button>
    </>
  );
}

const searchable = [
  { value: '', label: 'Name or domain' },
  { value: 'cn', label: 'Common name' },
  { value: 'issuer', label: 'Authority or issuer' },
  { value: 'owner', label: 'Owner' },
  { value: 'description', label: 'Description' },
  { value: 'status', label: 'Status' },
];

const periods = [
  { value: '', label: 'Any end' },
  { value: '1', label: 'Ends within 1 week' },
  { value: '4', label: 'Ends within 4 weeks' },
  { value: '13', label: 'Ends within 3 months' },
  { value: '52', label: 'Ends within a year' },
];

function Filters({ state }: { state: ListState }) {
  const [text, setText] = useState(state.value('text'));
  const search = useDebouncedCallback((value: string) => state.set({ text: value.trim() }), 300);
  return (
    <Group gap="sm" role="search" aria-label="Certificates" align="flex-end">
      <TextInput
        label="Search"
        placeholder="shop.example.com"
        leftSection={<Icon name="search" />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
        flex={1}
        miw={200}
      />
      <NativeSelect
        label="in"
        data={searchable}
        value={state.value('in')}
        onChange={(event) => state.set({ in: event.currentTarget.value })}
      />
      <NativeSelect
        label="End"
        data={periods}
        value={state.value('within')}
        onChange={(event) => state.set({ within: event.currentTarget.value })}
      />
      <Switch
        label="Long expired too"
        checked={state.value('expired') === '1'}
        onChange={(event) => state.set({ expired: event.currentTarget.checked ? '1' : '' })}
        mb={8}
      />
    </Group>
  );
}

function None({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered)
    return (
      <Empty icon="search" title="Nothing matches">
        Try fewer letters, another field, or include those that expired long ago.
      </Empty>
    );
  return (
    <Empty icon="certificate" title="No certificates yet" actions={<Actions />}>
      Request the first one from an authority, or upload one you already have.
    </Empty>
  );
}
