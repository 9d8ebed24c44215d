import { AppError } from '@sifaka/kernel';
import { z } from 'zod';

/** The last row of a page: what it sorted by, the value there and the id, which makes the order total. */
const Cursor = z.object({
  sortBy: z.string().max(64).nullable(),
  sortDir: z.enum(['asc', 'desc']),
  value: z.string().max(4_096),
  id: z.int(),
});
export type Cursor = z.output<typeof Cursor>;

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** @throws AppError invalid_argument for text that did not come from `encodeCursor`. */
export function decodeCursor(text: string): Cursor {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch (error) {
    throw new AppError('invalid_argument', 'cursor is not one that an earlier answer gave', {
      fields: [{ path: 'cursor', message: 'is not one that an earlier answer gave' }],
      cause: error,
    });
  }
}
