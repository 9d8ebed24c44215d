import { useState } from 'react';
import { useSearchParams } from 'react-router';

/** What a list shows stands in its address: it can be sent to a colleague, and the way back finds it again. */
export function useListState() {
  const [params, setParams] = useSearchParams();
  return listStateOf(params, (change) => setParams(change, { replace: true }));
}

/** For a list that is a part of a page: its pages are nobody else's business. */
export function useOwnListState() {
  const [params, setParams] = useState(new URLSearchParams('count=10'));
  return listStateOf(params, setParams);
}

export type ListState = ReturnType<typeof listStateOf>;

function listStateOf(params: URLSearchParams, change: (next: (before: URLSearchParams) => URLSearchParams) => void) {
  const value = (name: string): string => params.get(name) ?? '';
  return {
    value,
    page: Math.max(1, Number(value('page')) || 1),
    count: [10, 25, 50, 100].find((count) => String(count) === value('count')) ?? 25,
    sortBy: value('sort'),
    sortDir: value('dir') === 'asc' ? ('asc' as const) : ('desc' as const),
    /** An empty value leaves the address; another filter begins at page one. */
    set(changes: Readonly<Record<string, string>>): void {
      change((before) => {
        const next = new URLSearchParams(before);
        for (const [name, text] of Object.entries({ page: '', ...changes })) {
          if (text === '') next.delete(name);
          else next.set(name, text);
        }
        return next;
      });
    },
  };
}

/** Paging and sorting as the API takes them. */
export const windowOf = (state: ListState, sortBy: string) => ({
  page: state.page,
  count: state.count,
  sortBy: state.sortBy === '' ? sortBy : state.sortBy,
  sortDir: state.sortDir,
});
