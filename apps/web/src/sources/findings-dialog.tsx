import { Text } from '@mantine/core';
import { listFindingsOperation, type FindingRecord, type SyncRunRecord } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { Dialog } from '../ui/dialog.js';
import { useList } from '../ui/list-page.js';
import { useOwnListState, windowOf } from '../ui/list-state.js';
import { Empty } from '../ui/states.js';

const kinds: Readonly<Record<FindingRecord['kind'], string>> = { certificate: 'Certificate', endpoint: 'Endpoint', fault: 'Fault' };

const columns: Column<FindingRecord>[] = [
  { title: 'Kind', cell: ({ kind }) => <Text size="sm">{kinds[kind]}</Text> },
  {
    title: 'What',
    cell: ({ what }) => (
      <Text size="sm" className="breaks">
        {what}
      </Text>
    ),
  },
  {
    title: 'Why it was not taken over',
    cell: ({ reason }) => (
      <Text size="sm" className="breaks">
        {reason}
      </Text>
    ),
  },
];

export function FindingsDialog({ run: { id, sourceId }, close }: { run: SyncRunRecord; close: () => void }) {
  const state = useOwnListState();
  const query = windowOf(state, 'id');
  const findings = useList(`findings-${id}`, query, (signal) => api.call(listFindingsOperation, { params: { id: sourceId, runId: id }, query, signal }));
  return (
    <Dialog title="What could not be taken over" isOpen close={close} size="xl">
      <DataTable
        label="Findings"
        columns={columns}
        query={findings}
        rowKey={(finding) => finding.id}
        state={state}
        isFramed
        empty={
          <Empty icon="check" title="Nothing">
            Everything that was found is in the inventory.
          </Empty>
        }
      />
    </Dialog>
  );
}
