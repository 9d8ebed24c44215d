import { Box, Group, NativeSelect, Pagination, Paper, Table, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from './icons.js';
import type { ListState } from './list-state.js';
import { Loaded } from './states.js';

export interface Column<T> {
  title: string;
  /** Name by which the API sorts; without it the column cannot be sorted. */
  sortBy?: string;
  /** The title is for screen readers alone. */
  isTitleHidden?: boolean;
  cell: (row: T) => ReactNode;
}

interface DataTableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  query: { data: { items: T[]; total: number } | undefined; error: unknown; refetch: () => unknown; isFetching: boolean };
  rowKey: (row: T) => string | number;
  state: ListState;
  empty: ReactNode;
  /** It stands in a frame already. */
  isFramed?: boolean;
}

export function DataTable<T>({ label, columns, query, rowKey, state, empty, isFramed = false }: DataTableProps<T>) {
  return (
    <Paper withBorder={!isFramed} p={isFramed ? 0 : 'sm'} aria-busy={query.isFetching}>
      <Loaded query={query}>
        {({ items, total }) =>
          items.length === 0 && state.page === 1 ? (
            empty
          ) : (
            <>
              <Table.ScrollContainer minWidth={640}>
                <Table verticalSpacing="sm" highlightOnHover aria-label={label}>
                  <Table.Thead>
                    <Table.Tr>
                      {columns.map((column) => (
                        <HeaderCell key={column.title} column={column} state={state} />
                      ))}
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {items.map((row) => (
                      <Table.Tr key={rowKey(row)}>
                        {columns.map((column) => (
                          <Table.Td key={column.title}>{column.cell(row)}</Table.Td>
                        ))}
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
              <Pager total={total} state={state} />
            </>
          )
        }
      </Loaded>
    </Paper>
  );
}

function HeaderCell<T>({ column, state }: { column: Column<T>; state: ListState }) {
  const { sortBy, title } = column;
  if (sortBy === undefined) return <Table.Th>{column.isTitleHidden === true ? <VisuallyHidden>{title}</VisuallyHidden> : title}</Table.Th>;
  const isSorted = state.sortBy === sortBy;
  const next = isSorted && state.sortDir === 'asc' ? 'desc' : 'asc';
  return (
    <Table.Th aria-sort={isSorted ? (state.sortDir === 'asc' ? 'ascending' : 'descending') : 'none'}>
      <UnstyledButton fw={700} fz="sm" onClick={() => state.set({ sort: sortBy, dir: next })}>
        <Group gap={2} wrap="nowrap">
          {title}
          <Box opacity={isSorted ? 1 : 0.25} display="flex">
            <Icon name={isSorted && state.sortDir === 'desc' ? 'down' : 'up'} size={16} />
          </Box>
        </Group>
      </UnstyledButton>
    </Table.Th>
  );
}

function Pager({ total, state }: { total: number; state: ListState }) {
  const pages = Math.max(1, Math.ceil(total / state.count));
  const first = Math.min(total, (state.page - 1) * state.count + 1);
  return (
    <Group justify="space-between" mt="sm" px="xs">
      <Text size="sm" c="dimmed" role="status">
        {total === 0 ? 'None' : `${first} to ${Math.min(total, state.page * state.count)} of ${total}`}
      </Text>
      <Group gap="md">
        <NativeSelect
          aria-label="Rows per page"
          size="xs"
          value={String(state.count)}
          data={['10', '25', '50', '100']}
          onChange={(event) => state.set({ count: event.currentTarget.value })}
        />
        {pages > 1 && (
          <Pagination
            size="sm"
            total={pages}
            value={state.page}
            onChange={(page) => state.set({ page: String(page) })}
            getControlProps={(control) => ({ 'aria-label': `${control} page` })}
            getItemProps={(page) => ({ 'aria-label': `Page ${page}` })}
          />
        )}
      </Group>
    </Group>
  );
}
