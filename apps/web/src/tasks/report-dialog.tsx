import { Stack, Table, Text, Title } from '@mantine/core';
import type { TaskView } from '@sifaka/contracts';
import { Dialog } from '../ui/dialog.js';
import { Facts } from '../ui/facts.js';
import { titleOf } from '../ui/plugin-input.js';
import { momentText } from '../ui/time.js';
import { partsOf, type ReportTable } from './task-report.js';

/** What the last run that succeeded reported of itself. */
export function ReportDialog({ task: { name, lastReport, lastSuccessAt, lastEndedAt, lastError }, close }: { task: TaskView; close: () => void }) {
  // Of a run that failed there is no report: what is shown is older.
  const at = lastError === null ? (lastEndedAt ?? lastSuccessAt) : lastSuccessAt;
  const { facts, tables } = partsOf(lastReport ?? {});
  return (
    <Dialog title={`Report of ${name}`} isOpen close={close} size="xl">
      <Stack>
        {at !== null && (
          <Text size="sm" c="dimmed">
            {momentText(at)}
          </Text>
        )}
        <Facts facts={facts.map(({ name: term, value }) => [titleOf(term), value] as const)} />
        {tables.map((table) => (
          <Rows key={table.name} table={table} />
        ))}
      </Stack>
    </Dialog>
  );
}

function Rows({ table: { name, columns, rows } }: { table: ReportTable }) {
  return (
    <Stack gap="xs" component="section" aria-label={titleOf(name)}>
      <Title order={3} size="h5">
        {titleOf(name)}
      </Title>
      <Table.ScrollContainer minWidth={480}>
        <Table aria-label={titleOf(name)}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th key={column}>{titleOf(column)}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((cells, index) => (
              <Table.Tr key={index}>
                {cells.map((cell, column) => (
                  <Table.Td key={column} className="breaks">
                    {cell}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
