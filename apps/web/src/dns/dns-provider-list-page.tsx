import { Anchor, Badge, Button, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { listDnsProvidersOperation } from '@sifaka/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import type { AnswerOf } from '@sifaka/api-client';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/states.js';
import { relativeText } from '../ui/time.js';
import { useDnsProviderTypes } from './use-dns-provider-types.js';

type Row = AnswerOf<typeof listDnsProvidersOperation>['items'][number];

const columns: Column<Row>[] = [
  {
    title: 'Name',
    sortBy: 'name',
    cell: ({ id, name, description }) => (
      <Stack gap={0}>
        <Anchor component={Link} to={`/dns-providers/${id}`} fw={500} size="sm" className="breaks">
          {name}
        </Anchor>
        <Text size="xs" c="dimmed" lineClamp={1}>
          {description}
        </Text>
      </Stack>
    ),
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
      <Badge variant="light" radius="sm" miw="max-content" w="fit-content" color={lastError === null ? 'teal' : 'red'}>
        {lastError === null ? 'working' : 'last listing failed'}
      </Badge>
      {lastError !== null && (
        <Text size="xs" className="breaks" lineClamp={3} title={lastError}>
          {lastError}
        </Text>
      )}
    </Stack>
  );
}

export function DnsProviderListPage() {
  const state = useListState();
  const [text, setText] = useState(state.value('text'));
  const search = useDebouncedCallback((value: string) => state.set({ text: value.trim() }), 300);
  const query = { ...windowOf(state, 'id'), filter: state.value('text') === '' ? undefined : `name;${state.value('text')}` };
  const providers = useQuery({
    queryKey: ['dns-providers', query],
    queryFn: ({ signal }) => api.call(listDnsProvidersOperation, { query, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="DNS providers"
      lead="Where records are written that prove names to ACME CAs. Credentials are kept encrypted and never shown again"
      actions={<Actions />}
    >
      <TextInput
        label="Search"
        leftSection={<Icon name="search" />}
        placeholder="Name"
        maw={420}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
      />
      <DataTable
        label="DNS providers"
        columns={columns}
        query={providers}
        rowKey={({ id }) => id}
        state={state}
        empty={
          query.filter === undefined ? (
            <Empty icon="dns" title="No DNS providers yet" actions={<Actions />}>
              Add one for each place where zones are. Wildcards can be proved by DNS alone.
            </Empty>
          ) : (
            <Empty icon="search" title="Nothing matches">
              Try fewer letters.
            </Empty>
          )
        }
      />
    </Page>
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
