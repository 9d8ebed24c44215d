import { Anchor, Button, Group, NativeSelect, Stack, Text, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { listPendingCertificatesOperation, pendingStates, type PendingCertificateView } from '@sifaka/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { useListState, windowOf, type ListState } from '../ui/list-state.js';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/states.js';
import { dateTimeText, relativeText } from '../ui/time.js';
import { attemptsText, lastWords, waitsFor } from './pending-state.js';
import { PendingBadge } from './state-badge.js';

/** Often enough to see an ACME order end, seldom enough to leave open all day. */
const refreshMs = 10_000;

const columns: Column<PendingCertificateView>[] = [
  {
    title: 'Name',
    sortBy: 'name',
    cell: ({ id, name, names }) => (
      <Stack gap={0} maw={360}>
        <Anchor component={Link} to={`/pending-certificates/${id}`} fw={500} className="breaks" size="sm">
          {name}
        </Anchor>
        <Text size="xs" c="dimmed" className="breaks" lineClamp={2}>
          {names.join(', ')}
        </Text>
      </Stack>
    ),
  },
  { title: 'State', cell: (row) => <PendingBadge pending={row} /> },
  { title: 'Last news', cell: (row) => <LastNews pending={row} /> },
  { title: 'Tries', cell: (row) => <Tries pending={row} /> },
  { title: 'Authority', cell: ({ authority }) => <Text size="sm">{authority.name}</Text> },
  { title: 'Owner', sortBy: 'owner', cell: ({ owner }) => <Text size="sm">{owner}</Text> },
  {
    title: 'Requested',
    cell: ({ dateCreated }) => (
      <Tooltip label={dateTimeText(dateCreated)}>
        <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
          {relativeText(dateCreated)}
        </Text>
      </Tooltip>
    ),
  },
];

function LastNews({ pending }: { pending: PendingCertificateView }) {
  const words = lastWords(pending);
  return (
    <Text size="sm" maw={280} lineClamp={3} className="breaks" title={words ?? undefined} c={words === null ? 'dimmed' : undefined}>
      {words ?? (pending.state === 'waiting' ? waitsFor(pending) : '')}
    </Text>
  );
}

function Tries({ pending: { numberAttempts, nextTryAt, state } }: { pending: PendingCertificateView }) {
  return (
    <Stack gap={0} style={{ whiteSpace: 'nowrap' }}>
      <Text size="sm">{numberAttempts === 0 ? 'none' : attemptsText(numberAttempts)}</Text>
      {state === 'waiting' && nextTryAt !== null && (
        <Text size="xs" c="dimmed">
          next {relativeText(nextTryAt)}
        </Text>
      )}
    </Stack>
  );
}

export function PendingListPage() {
  const state = useListState();
  const text = state.value('text');
  const chosen = pendingStates.find((name) => name === state.value('state'));
  const query = {
    ...windowOf(state, 'id'),
    filter: text === '' ? undefined : `${state.value('in') === '' ? 'name' : state.value('in')};${text}`,
    state: chosen,
  };
  const pending = useQuery({
    queryKey: ['pending-certificates', query],
    queryFn: ({ signal }) => api.call(listPendingCertificatesOperation, { query, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  return (
    <Page
      title="Pending certificates"
      lead="Requested, and not issued yet: authorities that answer later, and requests that somebody has signed elsewhere"
      actions={<Actions />}
    >
      <Filters state={state} />
      <DataTable
        label="Pending certificates"
        columns={columns}
        query={pending}
        rowKey={({ id }) => id}
        state={state}
        empty={<None isFiltered={text !== '' || chosen !== undefined} />}
      />
    </Page>
  );
}

function Actions() {
  const { canWrite } = useMe();
  if (!canWrite) return null;
  return (
    <Button component={Link} to="/certificates/request" leftSection={<Icon name="plus" />}>
      Request certificate
    </Button>
  );
}

const searchable = [
  { value: '', label: 'Name' },
  { value: 'cn', label: 'Common name' },
  { value: 'issuer', label: 'Authority' },
  { value: 'owner', label: 'Owner' },
];

const states = [
  { value: '', label: 'Waiting' },
  { value: 'resolved', label: 'Issued' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Cancelled' },
];

function Filters({ state }: { state: ListState }) {
  const [text, setText] = useState(state.value('text'));
  const search = useDebouncedCallback((value: string) => state.set({ text: value.trim() }), 300);
  return (
    <Group gap="sm" role="search" aria-label="Pending certificates" align="flex-end">
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
        label="State"
        data={states}
        value={state.value('state')}
        onChange={(event) => state.set({ state: event.currentTarget.value })}
      />
    </Group>
  );
}

function None({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered)
    return (
      <Empty icon="search" title="Nothing matches">
        Try fewer letters, another field or another state. What ended is forgotten after a week.
      </Empty>
    );
  return (
    <Empty icon="pending" title="Nothing is pending">
      Requests whose authority answers later wait here until the certificate is there.
    </Empty>
  );
}
