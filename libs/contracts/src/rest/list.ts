import { z } from 'zod';
import { limits } from '@sifaka/kernel';
import { Id } from '../values.js';
import { int, text } from './field.js';

/** Ids in one question; longer lists are asked for in parts. */
const maxIds = 1_000;

/** Several ids, comma-separated. */
const idList = z
  .string()
  .max(8_192)
  .transform((value, context) => {
    if (value.split(',').length > maxIds) {
      context.addIssue({ code: 'custom', message: `must name at most ${maxIds} ids` });
      return z.NEVER;
    }
    const ids = value.split(',').map((part) => Id.safeParse(Number(part.trim())));
    const bad = ids.findIndex((id) => !id.success);
    if (bad === -1) return ids.flatMap((id) => (id.success ? [id.data] : []));
    context.addIssue({ code: 'custom', message: `"${value.split(',')[bad]?.trim().slice(0, 40) ?? ''}" is no id: positive integers, separated by commas, are needed` });
    return z.NEVER;
  });

/** Paging, sorting and filtering of every list (rest-api §1.5), and `cursor` for reading a long list to its end. */
export const listQuery = {
  /** Larger pages than the largest are as large as that. */
  count: int({ min: 0 }).transform((count) => Math.min(count, limits.listCount)).default(10),
  page: int({ min: 1, max: 100_000_000 }).default(1),
  sortBy: text(64).optional(),
  sortDir: text(16).optional(),
  filter: text(1_024).optional(),
  cursor: text(limits.cursorLength).optional(),
  id: idList.optional(),
};

export const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), total: z.int(), nextCursor: z.string().nullable().optional() });
