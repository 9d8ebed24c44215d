import { Button, Stack, Text } from '@mantine/core';
import { listSourcesOperation, type SourceView } from '@sifaka/contracts';
import { Link } from 'react-router';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { StateWord } from '../ui/badges.js';
import { ErrorText, NameCell, When } from '../ui/cells.js';
import type { Column } from '../ui/data-table.js';
import { Icon } from '../ui/icons.js';
import { ListPage, useList } from '../ui/list-page.js';
import { useListState, windowOf } from '../ui/list-state.js';
import { optionedFilters } from '../ui/optioned.js';
import { filterOf, SearchBar } from '../ui/search-bar.js';
import { Empty } from '../ui/states.js';
import { scheduleText } from './schedule.js';
import { SourceSwitch } from './source-switch.js';
import { countsText, isBeingLookedAt, stateOf } from './sync-state.js';

const columns: Column<SourceView>[] = [
  { title: 'Label', sortBy: 'label', cell: ({ id, label, description }) => <NameCell to={`/sources/${id}`} name={label} detail={description} /> },
  { title: 'Plugin', cell: ({ plugin }) => <Text size="sm">{plugin.title}</Text> },
  { title: 'Active', cell: (source) => <SourceSwitch source={source} /> },
  { title: 'Last run', cell: (source) => <LastRun source={source} /> },
  { title: 'Found', cell: ({ lastSync }) => <Found sync={lastSync} /> },
  {
    title: 'Next run',
    cell: ({ nextRunAt, schedule }) => (
      <Stack gap={0}>
        <When at={nextRunAt} otherwise="none" />
        <Text size="xs" c="dimmed">
          {scheduleText(schedule)}
        </Text>
      </Stack>
    ),
  },
];

function LastRun({ source: { lastSync } }: { source: SourceView }) {
  if (lastSync === null) return <When at={null} otherwise="never" />;
  return (
    <Stack gap={2} maw={280}>
      <StateWord {...stateOf(lastSync)} />
      <When at={lastSync.finishedAt ?? lastSync.startedAt ?? lastSync.requestedAt} />
      {lastSync.error !== null && <ErrorText lineClamp={3}>{lastSync.error}</ErrorText>}
    </Stack>
  );
}

function Found({ sync }: { sync: SourceView['lastSync'] }) {
  if (sync === null || sync.state === 'queued') return null;
  return countsText(sync.counts).map((line) => (
    <Text key={line} size="sm">
      {line}
    </Text>
  ));
}

export function SourceListPage() {
  const state = useListState();
  const query = { ...windowOf(state, 'id'), filter: filterOf(state, 'label') };
  const sources = useList('sources', query, (signal) => api.call(listSourcesOperation, { query, signal }), (items) =>
    items.some(isBeingLookedAt) ? 2_000 : 30_000,
  );
  return (
    <ListPage
      title="Sources"
      lead="Where certificates are found: accounts, networks, files. What is there comes into the inventory by schedule"
      actions={<Actions />}
      filters={<SearchBar of="Sources" state={state} fields={optionedFilters} />}
      columns={columns}
      list={sources}
      state={state}
      rowKey={({ id }) => id}
      isFiltered={query.filter !== undefined}
      none={
        <Empty icon="source" title="No sources yet" actions={<Actions />}>
          Add one for each place where certificates may be that nobody knows of here.
        </Empty>
      }
    />
  );
}

function Actions() {
  const { isAdmin } = useMe();
  if (!isAdmin) return null;
  return (
    <Button component={Link} to="/sources/create" leftSection={<Icon name="plus" />}>
      Add source
    </Button>
  );
}
