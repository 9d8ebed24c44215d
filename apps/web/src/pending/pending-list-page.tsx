import { Button, Stack, Text } from '@mantine/core';
import { listPendingCertificatesOperation, pendingStates, type PendingCertificateView } from '@sifaka/contracts';
import { Link } from 'react-router';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { NameCell, When } from '../ui/cells.js';
import type { Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { ListPage, useList } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { Filter, filterOf, SearchBar } from '../ui/search-bar.js';
import { Empty } from '../ui/states.js';
import { relativeText } from '../ui/time.js';
import { attemptsText, lastWords, waitsFor } from './pending-state.js';
import { PendingBadge } from './state-badge.js';

/** Often enough to see an ACME order end, seldom enough to leave open all day. */
const refreshMs = 10_000;

const columns: Column<PendingCertificateView>[] = [
  {
    title: 'Name',
    sortBy: 'name',
    cell: ({ id, name, names }) => <NameCell to={`/pending-certificates/${id}`} name={name} detail={names.join(', ')} />,
  },
  { title: 'State', cell: (row) => <PendingBadge pending={row} /> },
  { title: 'Last news', cell: (row) => <LastNews pending={row} /> },
  { title: 'Tries', cell: (row) => <Tries pending={row} /> },
  { title: 'Authority', cell: ({ authority }) => <Text size="sm">{authority.name}</Text> },
  { title: 'Owner', sortBy: 'owner', cell: ({ owner }) => <Text size="sm">{owner}</Text> },
  {
    title: 'Requested',
    cell: ({ dateCreated }) => <When at={dateCreated} />,
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
  const chosen = pendingStates.find((name) => name === state.value('state'));
  const query = { ...windowOf(state, 'id'), filter: filterOf(state, 'name'), state: chosen };
  const pending = useList('pending-certificates', query, (signal) => api.call(listPendingCertificatesOperation, { query, signal }), refreshMs);
  return (
    <ListPage
      title="Pending certificates"
      lead="Requested, and not issued yet: authorities that answer later, and requests that somebody has signed elsewhere"
      actions={<Actions />}
      filters={
        <SearchBar of="Pending certificates" state={state} placeholder="shop.example.com" fields={searchable}>
          <Filter state={state} name="state" label="State" choices={states} />
        </SearchBar>
      }
      columns={columns}
      list={pending}
      state={state}
      rowKey={({ id }) => id}
      isFiltered={query.filter !== undefined || chosen !== undefined}
      hint="Try fewer letters, another field or another state. What ended is forgotten after a week."
      none={
        <Empty icon="pending" title="Nothing is pending">
          Requests whose authority answers later wait here until the certificate is there.
        </Empty>
      }
    />
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
