import type { Window } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';

interface Paging {
  count: number;
  page: number;
  sortBy?: string | undefined;
  sortDir?: string | undefined;
  cursor?: string | undefined;
}

/** The furthest row that paging by number reaches; beyond it `cursor` is the way. */
const maxOffset = 2_000_000_000;

/** Lemur's paging as the window that a service reads: sorting happens only when both parts are given. */
export function windowOf(query: Paging): Window {
  const offset = (query.page - 1) * query.count;
  if (offset > maxOffset)
    throw new AppError('invalid_argument', 'Validation Error.', { fields: [{ path: 'page', message: `${query.page} pages of ${query.count} reach too far: read on with cursor` }] });
  const isSorted = query.sortBy !== undefined && query.sortBy !== '' && query.sortDir !== undefined && query.sortDir !== '';
  return {
    offset,
    limit: query.count,
    sortBy: isSorted ? (query.sortBy ?? null) : null,
    sortDir: isSorted ? (query.sortDir?.toLowerCase() === 'desc' ? 'desc' : 'asc') : null,
    cursor: query.cursor ?? null,
  };
}

/** Pages a small list that is in memory already. */
export function pageOf<T>(items: readonly T[], query: Paging): { items: T[]; total: number } {
  const { offset, limit } = windowOf(query);
  return { items: items.slice(offset, offset + limit), total: items.length };
}
