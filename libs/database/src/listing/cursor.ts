import { AppError } from '@sifaka/kernel';
import { z } from 'zod';

/** The last row of a page: what the list is sorted by, the value there and the id, which makes the order total. */
const Cursor = z.object({
  by: z.string().max(64).nullable(),
  dir: z.enum(['asc', 'desc']),
  value: z.string().max(8_192).nullable(),
  id: z.int(),
  /** Rows of the whole list when its first page was read: later pages do not count again. */
  total: z.int().min(0),
});
export type Cursor = z.output<typeof Cursor>;

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** @throws AppError invalid_argument for text that did not come from `encodeCursor`. */
export function decodeCursor(text: string): Cursor {
  const cursor = Cursor.safeParse(jsonOf(text));
  if (cursor.success) return cursor.data;
  throw foreignCursor();
}

export function foreignCursor(): AppError {
  const message = 'does not belong to this list: take nextCursor from its last answer and keep sortBy and sortDir';
  return new AppError('invalid_argument', `cursor ${message}`, { reason: 'listing.bad_cursor', fields: [{ path: 'cursor', message }] });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
