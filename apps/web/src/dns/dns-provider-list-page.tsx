import { Button, Stack, Text } from '@mantine/core';
import type { AnswerOf } from '@sifaka/api-client';
import { listDnsProvidersOperation } from '@sifaka/contracts';
import { Link } from 'react-router';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { StateWord } from '../ui/badges.js';
import { ErrorText, NameCell } from '../ui/cells.js';
import type { Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { ListPage, useList } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { filterOf, SearchBar } from '../ui/search-bar.js';
import { Empty } from '../ui/states.js';
import { relativeText } from '../ui/time.js';
import { useDnsProviderTypes } from './use-dns-provider-types.js';

type Row = AnswerOf<typeof listDnsProvidersOperation>['items'][number];

const columns: Column<Row>[] = [
  {
    title: 'Name',
    sortBy: 'name',
    cell: ({ id, name, description }) => <NameCell to={`/dns-providers/${id}`} name={name} detail={description} />,
  },
  { title: 'Type', cell: ({ providerType }) => <TypeName type={providerType} /> },
  {
    title: 'Zones',
    cell: ({ zoneCount, zonesRefreshedAt }) => (
      <Stack gap={0}>
        <Text size="sm">{zoneCount}</Text>
        <Text size="xs" c="dimmed">
          {zonesRefreshedAt === null ? 'not listed yet' : `listed ${relativeText(zonesRefreshedAt)}`}
        </Text>
      </Stack>
    ),
  },
  { title: 'Open records', cell: ({ openRecords }) => <Text size="sm">{openRecords}</Text> },
  { title: 'State', cell: (row) => <Health provider={row} /> },
];

export function TypeName({ type }: { type: string }) {
  const types = useDnsProviderTypes();
  return <Text size="sm">{types.data?.items.find(({ name }) => name === type)?.title ?? type}</Text>;
}

function Health({ provider: { lastError } }: { provider: Row }) {
  return (
    <Stack gap={2} maw={320}>
      <StateWord color={lastError === null ? 'teal' : 'red'} word={lastError === null ? 'working' : 'last listing failed'} />
      {lastError !== null && <ErrorText lineClamp={3}>{lastError}</ErrorText>}
    </Stack>
  );
}

export function DnsProviderListPage() {
  const state = useListState();
  const query = { ...windowOf(state, 'id'), filter: filterOf(state, 'name') };
  const providers = useList('dns-providers', query, (signal) => api.call(listDnsProvidersOperation, { query, signal }));
  return (
    <ListPage
      title="DNS providers"
      lead="Where records are written that prove names to ACME CAs. Credentials are kept encrypted and never shown again"
      actions={<Actions />}
      filters={<SearchBar of="DNS providers" state={state} placeholder="Name" />}
      columns={columns}
      list={providers}
      state={state}
      rowKey={({ id }) => id}
      isFiltered={query.filter !== undefined}
      none={
        <Empty icon="dns" title="No DNS providers yet" actions={<Actions />}>
          Add one for each place where zones are. Wildcards can be proved by DNS alone.
        </Empty>
      }
    />
  );
}

function Actions() {
  const { isAdmin } = useMe();
  if (!isAdmin) return null;
  return (
    <Button component={Link} to="/dns-providers/create" leftSection={<Icon name="plus" />}>
      Add DNS provider
    </Button>
  );
}
