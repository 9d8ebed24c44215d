import { Button, Group, Stack, Table, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import type { TaskView } from '@sifaka/contracts';
import { Fragment, useState } from 'react';
import { StateWord } from '../ui/badges.js';
import { ErrorText, When } from '../ui/cells.js';
import { tookText } from '../ui/time.js';
import { ReportDialog } from './report-dialog.js';
import { RunDialog } from './run-dialog.js';
import { cronText, stateOf } from './task-state.js';

/** Tasks, or jobs of the services. */
export function TaskTable({ label, tasks }: { label: string; tasks: readonly TaskView[] }) {
  return (
    <Table.ScrollContainer minWidth={860}>
      <Table aria-label={label} verticalSpacing="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="34%">Task</Table.Th>
            <Table.Th>Schedule</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Last run</Table.Th>
            <Table.Th>Next run</Table.Th>
            <Table.Th>
              <VisuallyHidden>Actions</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tasks.map((task) => (
            <Row key={task.name} task={task} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** May go on in the next line behind an underscore. */
const TaskName = ({ name }: { name: string }) => (
  <Text size="sm" fw={500}>
    {name.split('_').map((part, index) => (
      <Fragment key={index}>
        {index > 0 && (
          <>
            _<wbr />
          </>
        )}
        {part}
      </Fragment>
    ))}
  </Text>
);

function Row({ task }: { task: TaskView }) {
  const { name, summary, service, cron, nextRunAt, lastReport } = task;
  const [shown, show] = useState<'run' | 'report' | null>(null);
  const close = () => show(null);
  const hasReport = lastReport !== null && Object.keys(lastReport).length > 0;
  return (
    <Table.Tr>
      <Table.Td>
        <TaskName name={name} />
        <Text size="xs" c="dimmed">
          {summary ?? `by ${service}`}
        </Text>
      </Table.Td>
      <Table.Td>
        <Tooltip label={cron ?? 'no schedule'}>
          <Text size="sm">{cronText(cron)}</Text>
        </Tooltip>
      </Table.Td>
      <Table.Td>
        <Stack gap={4} maw={280}>
          <StateWord {...stateOf(task)} />
          {task.lastError !== null && (
            <>
              <ErrorText lineClamp={4}>{task.lastError}</ErrorText>
              <Group gap={4}>
                <Text size="xs" c="dimmed">
                  last success
                </Text>
                <When at={task.lastSuccessAt} otherwise="never" />
              </Group>
            </>
          )}
        </Stack>
      </Table.Td>
      <Table.Td>
        <Stack gap={0}>
          <When at={task.lastStartedAt} otherwise="never" />
          {task.lastStartedAt !== null && (
            <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
              {[task.lastTrigger === null ? null : task.lastTrigger === 'schedule' ? 'by schedule' : 'on request', task.lastDurationMs === null ? null : tookText(task.lastDurationMs)]
                .filter((part) => part !== null)
                .join(', ')}
            </Text>
          )}
        </Stack>
      </Table.Td>
      <Table.Td>
        <When at={nextRunAt} otherwise="none" />
      </Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap" justify="flex-end">
          {hasReport && (
            <Button size="compact-sm" variant="default" onClick={() => show('report')} aria-label={`Report of ${name}`}>
              Report
            </Button>
          )}
          <Button size="compact-sm" variant="default" disabled={task.isRunning} onClick={() => show('run')} aria-label={`Run ${name}`}>
            Run
          </Button>
        </Group>
        {shown === 'run' && <RunDialog task={task} close={close} />}
        {shown === 'report' && <ReportDialog task={task} close={close} />}
      </Table.Td>
    </Table.Tr>
  );
}
