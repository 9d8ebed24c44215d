import { z } from 'zod';

/** Where a scan stands: what is looked at, in which of the places, after which page. */
const Cursor = z.object({
  kind: z.enum(['secrets', 'ingresses', 'gateways']),
  /** Null: all namespaces at once. */
  namespace: z.string().nullable(),
  /** Null: the place is done. */
  page: z.string().nullable(),
});
export type Cursor = z.output<typeof Cursor>;

export const writeCursor = (cursor: Cursor): string => JSON.stringify(cursor);

/** Null for one that is not understood: the scan begins anew. */
export function readCursor(text: string | null): Cursor | null {
  if (text === null) return null;
  try {
    return Cursor.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
