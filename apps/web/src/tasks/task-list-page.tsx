import { Stack } from '@mantine/core';
import { listTasksOperation } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { PlatformTabs } from '../platform/platform-tabs.js';
import { api } from '../session/api.js';
import { useListState } from '../ui/list-state.js';
import { Page } from '../ui/page.js';
import { Filter, SearchBar } from '../ui/search-bar.js';
import { Section } from '../ui/section.js';
import { Empty, Loaded } from '../ui/states.js';
import { grouped, kinds } from './task-state.js';
import { TaskTable } from './task-table.js';

/** Periodic work of the platform: when it last ran, how that went, and when it runs next. */
export function TaskListPage() {
  const state = useListState();
  const tasks = useQuery({
    queryKey: ['tasks'],
    queryFn: ({ signal }) => api.call(listTasksOperation, { signal }),
    // A run that somebody waits for should be seen to end.
    refetchInterval: ({ state }) => (state.data?.items.some(({ isRunning }) => isRunning) === true ? 2_000 : 5_000),
  });
  return (
    <Page title="Tasks" parent={{ title: 'Platform', to: '/platform' }} lead="What the platform does by itself. Each runs once at a time, however many replicas there are, and what was missed is made up for">
      <PlatformTabs />
      <SearchBar of="Tasks" state={state}>
        <Filter state={state} name="kind" label="Show" choices={kinds} />
      </SearchBar>
      <Loaded query={tasks}>
        {({ items }) => {
          const { tasks: found, jobs } = grouped(items, state.value('text'), state.value('kind'));
          if (found.length + jobs.length === 0)
            return (
              <Empty icon="search" title="Nothing matches">
                {state.value('kind') === 'failed' ? 'Nothing has failed.' : 'Try fewer letters, or show something else.'}
              </Empty>
            );
          return (
            <Stack gap="lg">
              {found.length > 0 && (
                <Section title="Tasks">
                  <TaskTable label="Tasks" tasks={found} />
                </Section>
              )}
              {jobs.length > 0 && (
                <Section title="Work of the services">
                  <TaskTable label="Work of the services" tasks={jobs} />
                </Section>
              )}
            </Stack>
          );
        }}
      </Loaded>
    </Page>
  );
}
