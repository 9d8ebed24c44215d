import type { Window } from '@sifaka/contracts';

/**
 * Rows in one question on the bus: with body, chain and request a certificate takes up to 15 kB, and the bus may carry
 * as little as 1 MiB at a time. Services answer with less where their rows weigh more.
 */
const slice = 50;

export interface Listed<T> {
  items: T[];
  total: number;
  nextCursor: string | null;
}

/** Reads a window of a list that is kept by another service, in slices that every bus carries. */
export async function inSlices<T>(window: Window, read: (window: Window) => Promise<Listed<T>>): Promise<Listed<T>> {
  const first = await read({ ...window, limit: Math.min(window.limit, slice) });
  const items = [...first.items];
  let { nextCursor } = first;
  while (items.length < window.limit && nextCursor !== null) {
    const next: Listed<T> = await read({ ...window, offset: 0, cursor: nextCursor, limit: Math.min(window.limit - items.length, slice) });
    items.push(...next.items);
    ({ nextCursor } = next);
  }
  return { items, total: first.total, nextCursor };
}
