import { Button, Stack, Text } from '@mantine/core';
import { listSyncRunsOperation, type SyncRunRecord } from '@sifaka/contracts';
import { useState } from 'react';
import { api } from '../session/api.js';
import { StateWord } from '../ui/badges.js';
import { ErrorText, When } from '../ui/cells.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { useList } from '../ui/list-page.js';
import { useOwnListState, windowOf } from '../ui/list-state.js';
import { Empty } from '../ui/states.js';
import { tookText } from '../ui/time.js';
import { FindingsDialog } from './findings-dialog.js';
import { countsText, findingsOf, isUnderWay, stateOf } from './sync-state.js';

const columns: Column<SyncRunRecord>[] = [
  {
    title: 'Began',
    cell: ({ startedAt, requestedAt, trigger }) => (
      <Stack gap={0}>
        <When at={startedAt ?? requestedAt} />
        <Text size="xs" c="dimmed">
          {trigger === 'schedule' ? 'by schedule' : 'on request'}
        </Text>
      </Stack>
    ),
  },
  {
    title: 'State',
    cell: (run) => (
      <Stack gap={2} maw={360}>
        <StateWord {...stateOf(run)} />
        {run.error !== null && <ErrorText>{run.error}</ErrorText>}
        {run.resumptions > 0 && (
          <Text size="xs" c="dimmed">
            cut off {run.resumptions === 1 ? 'once' : `${run.resumptions} times`}, and went on
          </Text>
        )}
      </Stack>
    ),
  },
  {
    title: 'Found',
    cell: ({ counts, state }) =>
      state === 'queued'
        ? null
        : countsText(counts).map((line) => (
            <Text key={line} size="sm">
              {line}
            </Text>
          )),
  },
  { title: 'Took', cell: ({ startedAt, finishedAt }) => <Text size="sm">{startedAt === null || finishedAt === null ? '' : tookText(Date.parse(finishedAt) - Date.parse(startedAt))}</Text> },
  { title: 'Findings', cell: (run) => <Findings run={run} /> },
];

function Findings({ run }: { run: SyncRunRecord }) {
  const [isOpen, setOpen] = useState(false);
  const count = findingsOf(run.counts);
  if (count === 0) return <Text size="sm">{isUnderWay(run) ? '' : 'none'}</Text>;
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)} aria-label={`Findings of run ${run.id}`}>
        {count} to look into
      </Button>
      {isOpen && <FindingsDialog run={run} close={() => setOpen(false)} />}
    </>
  );
}

/** Runs over a source, newest first; read again while one is under way. */
export function RunTable({ sourceId }: { sourceId: number }) {
  const state = useOwnListState();
  const query = windowOf(state, 'id');
  const runs = useList(`runs-${sourceId}`, query, (signal) => api.call(listSyncRunsOperation, { params: { id: sourceId }, query, signal }), (items) => (items.some(isUnderWay) ? 2_000 : 30_000));
  return (
    <DataTable
      label="Runs"
      columns={columns}
      query={runs}
      rowKey={({ id }) => id}
      state={state}
      isFramed
      empty={
        <Empty icon="source" title="It was never looked at">
          It is, by schedule or as soon as you ask for it.
        </Empty>
      }
    />
  );
}
