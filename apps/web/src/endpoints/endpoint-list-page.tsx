import { Button } from '@mantine/core';
import { listEndpointsOperation, type EndpointView } from '@sifaka/contracts';
import { Link } from 'react-router';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import type { Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { ListPage, useList } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { filterOf, SearchBar } from '../ui/search-bar.js';
import { Empty } from '../ui/states.js';
import { addressColumn, checkedColumn, portColumn, presentedColumn, sourceColumn, stateColumn, typeColumn } from './endpoint-columns.js';
import { isBeingLookedAt, knownVersions } from './endpoint-state.js';

const columns: Column<EndpointView>[] = [stateColumn, addressColumn, portColumn, presentedColumn, sourceColumn, typeColumn, checkedColumn];

const fields = [
  { value: '', label: 'Name or alias' },
  { value: 'dnsname', label: 'DNS name' },
  { value: 'port', label: 'Port' },
  { value: 'source', label: 'Source' },
  { value: 'type', label: 'Type' },
  { value: 'ciphers', label: 'Protocol or cipher' },
  { value: 'owner', label: 'Owner' },
];

/** What the words may be that are searched for. */
const examples: Readonly<Record<string, string>> = { port: '8443', source: 'prod-account', type: 'elbv2', ciphers: 'Protocol-TLSv1', owner: 'team@example.com' };

export function EndpointListPage() {
  const state = useListState();
  const query = { ...windowOf(state, 'id'), filter: filterOf(state, 'name') };
  const endpoints = useList('endpoints', query, (signal) => api.call(listEndpointsOperation, { query, signal }), (items) => (items.some(isBeingLookedAt) ? 2_000 : 30_000));
  const searched = state.value('in');
  return (
    <ListPage
      title="Endpoints"
      lead="Where certificates are presented to clients, and what is wrong there"
      actions={<Actions />}
      filters={
        <SearchBar
          of="Endpoints"
          state={state}
          fields={fields}
          placeholder={examples[searched] ?? 'shop.example.com'}
          {...(searched === 'ciphers' && { known: knownVersions, description: 'The whole name of a cipher, or a protocol version' })}
        />
      }
      columns={columns}
      list={endpoints}
      state={state}
      rowKey={({ id }) => id}
      isFiltered={query.filter !== undefined}
      hint="Try fewer letters, or another field."
      none={
        <Empty icon="endpoint" title="No endpoints yet" actions={<Actions />}>
          Sources report them, destinations name them, and you can add one by hand: what it presents is looked at then.
        </Empty>
      }
    />
  );
}

function Actions() {
  const { canWrite } = useMe();
  if (!canWrite) return null;
  return (
    <Button component={Link} to="/endpoints/create" leftSection={<Icon name="plus" />}>
      Add endpoint
    </Button>
  );
}
