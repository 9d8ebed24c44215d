import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { DataTable, type Column } from './data-table.js';
import type { ListState } from './list-state.js';
import { Page } from './page.js';
import { Empty } from './states.js';

interface Listed<T> {
  items: T[];
  total: number;
}

/**
 * One page of a list; the page before stays on show until the next has come.
 *
 * @param refreshMs how often it is read again, for what changes by itself
 */
export const useList = <T,>(
  key: string,
  query: object,
  load: (signal: AbortSignal) => Promise<Listed<T>>,
  refreshMs: number | false | ((items: readonly T[]) => number | false) = false,
) =>
  useQuery({
    queryKey: [key, query],
    queryFn: ({ signal }) => load(signal),
    placeholderData: keepPreviousData,
    refetchInterval: typeof refreshMs === 'function' ? ({ state }) => refreshMs(state.data?.items ?? []) : refreshMs,
  });

interface ListPageProps<T> {
  title: string;
  lead: ReactNode;
  actions?: ReactNode;
  /** Search and filters; they stand in the address. */
  filters?: ReactNode;
  columns: readonly Column<T>[];
  list: ReturnType<typeof useList<T>>;
  state: ListState;
  rowKey: (row: T) => string | number;
  isFiltered?: boolean;
  /** What may help when nothing matches. */
  hint?: string;
  /** On show while there is nothing at all. */
  none: ReactNode;
  /** Dialogs. */
  children?: ReactNode;
}

/** The page of a list: what it is, how it is narrowed, and its rows. */
export function ListPage<T>({ title, lead, actions, filters, columns, list, state, rowKey, isFiltered = false, hint = 'Try fewer letters.', none, children }: ListPageProps<T>) {
  const nothing = (
    <Empty icon="search" title="Nothing matches">
      {hint}
    </Empty>
  );
  return (
    <Page title={title} lead={lead} actions={actions}>
      {filters}
      <DataTable label={title} columns={columns} query={list} rowKey={rowKey} state={state} empty={isFiltered ? nothing : none} />
      {children}
    </Page>
  );
}
