import { Button, Text } from '@mantine/core';
import { destinationStatsOperation, listDestinationsOperation, type DestinationView } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { NameCell } from '../ui/cells.js';
import type { Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { ListPage, useList } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { optionedFilters } from '../ui/optioned.js';
import { filterOf, SearchBar } from '../ui/search-bar.js';
import { Empty } from '../ui/states.js';

const columns: Column<DestinationView>[] = [
  { title: 'Label', sortBy: 'label', cell: ({ id, label, description }) => <NameCell to={`/destinations/${id}`} name={label} detail={description} /> },
  { title: 'Plugin', cell: ({ plugin }) => <Text size="sm">{plugin.title}</Text> },
  { title: 'Deployed there', cell: ({ label }) => <Count label={label} /> },
];

/** How many certificates are there; one question for all rows. Labels that several destinations have are counted together. */
function Count({ label }: { label: string }) {
  const stats = useQuery({ queryKey: ['destination-stats'], queryFn: ({ signal }) => api.call(destinationStatsOperation, { signal }) });
  const { labels = [], values = [] } = stats.data?.items ?? {};
  const count = labels.reduce((sum, each, index) => sum + (each === label ? (values[index] ?? 0) : 0), 0);
  return <Text size="sm">{stats.data === undefined ? '' : count === 1 ? '1 certificate' : `${count} certificates`}</Text>;
}

export function DestinationListPage() {
  const state = useListState();
  const query = { ...windowOf(state, 'id'), filter: filterOf(state, 'label') };
  const destinations = useList('destinations', query, (signal) => api.call(listDestinationsOperation, { query, signal }));
  return (
    <ListPage
      title="Destinations"
      lead="Where certificates are put: servers, clouds, secret stores. Credentials are kept encrypted and never shown again"
      actions={<Actions />}
      filters={<SearchBar of="Destinations" state={state} fields={optionedFilters} />}
      columns={columns}
      list={destinations}
      state={state}
      rowKey={({ id }) => id}
      isFiltered={query.filter !== undefined}
      none={
        <Empty icon="destination" title="No destinations yet" actions={<Actions />}>
          Add one for each place that serves certificates. A certificate that is attached to it is put there, and its successors after it.
        </Empty>
      }
    />
  );
}

function Actions() {
  const { isAdmin } = useMe();
  if (!isAdmin) return null;
  return (
    <Button component={Link} to="/destinations/create" leftSection={<Icon name="plus" />}>
      Add destination
    </Button>
  );
}
