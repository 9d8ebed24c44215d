import { limits } from '@sifaka/kernel';
import { z } from 'zod';

/**
 * Which part of a sorted list is wanted. `cursor` (from the last answer's `nextCursor`) reads on from there and is
 * stable while rows are added; `offset` is Lemur's paging.
 */
export const Window = z.object({
  offset: z.int().min(0),
  limit: z.int().min(0).max(limits.listCount),
  sortBy: z.string().max(64).nullable(),
  sortDir: z.enum(['asc', 'desc']).nullable(),
  cursor: z.string().max(limits.cursorLength).nullable().default(null),
});
export type Window = z.output<typeof Window>;
