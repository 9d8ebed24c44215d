import type { Page } from '@sifaka/database';

/** JSON of the rows in one message: the bus may carry as little as 1 MiB, and the envelope needs some of it. */
const maxAnswerChars = 400_000;

/**
 * A page of whole records, cut where they would no longer fit one message: the rest is behind its cursor.
 * At least one record is in it, whatever it weighs.
 */
export function fittingPage<T extends { id: number }>(
  page: Pick<Page<unknown>, 'total' | 'nextCursor' | 'cursorBehind'>,
  items: T[],
): { items: T[]; total: number; nextCursor: string | null } {
  const { total, nextCursor } = page;
  let chars = 0;
  const fitting = items.findIndex((item, index) => (chars += JSON.stringify(item).length) > maxAnswerChars && index > 0);
  const last = items[fitting - 1];
  if (fitting === -1 || last === undefined) return { items, total, nextCursor };
  return { items: items.slice(0, fitting), total, nextCursor: page.cursorBehind(last.id) };
}
