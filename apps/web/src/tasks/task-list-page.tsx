import { Stack, TextInput } from '@mantine/core';
import { listTasksOperation } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { PlatformTabs } from '../platform/platform-tabs.js';
import { api } from '../session/api.js';
import { Icon } from '../ui/icons.js';
import { Page } from '../ui/page.js';
import { Section } from '../ui/section.js';
import { Empty, Loaded } from '../ui/states.js';
import { grouped } from './task-state.js';
import { TaskTable } from './task-table.js';

/** Periodic work of the platform: when it last ran, how that went, and when it runs next. */
export function TaskListPage() {
  const [text, setText] = useState('');
  const tasks = useQuery({
    queryKey: ['tasks'],
    queryFn: ({ signal }) => api.call(listTasksOperation, { signal }),
    // A run that somebody waits for should be seen to end.
    refetchInterval: ({ state }) => (state.data?.items.some(({ isRunning }) => isRunning) === true ? 2_000 : 5_000),
  });
  return (
    <Page title="Tasks" parent={{ title: 'Platform', to: '/platform' }} lead="What the platform does by itself. Each runs once at a time, however many replicas there are, and what was missed is made up for">
      <PlatformTabs />
      <TextInput label="Search" maw={420} leftSection={<Icon name="search" />} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <Loaded query={tasks}>
        {({ items }) => {
          const { tasks: found, jobs } = grouped(items, text);
          if (found.length + jobs.length === 0)
            return (
              <Empty icon="search" title="Nothing matches">
                Try fewer letters.
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
