import { z } from 'zod';

/** What a run has seen so far, in counts. */
export interface Tally {
  /** Endpoints that presented a certificate. */
  connected: number;
  closed: number;
  /** Endpoints that answered, but not as they should. */
  faults: number;
  refused: { count: number; first: string; detail: string };
}

const count = z.int().min(0);

const Cursor = z.object({
  plan: z.string(),
  next: count,
  tally: z.object({ connected: count, closed: count, faults: count, refused: z.object({ count, first: z.string(), detail: z.string() }) }),
});

export const writeCursor = (plan: string, next: number, tally: Tally): string => JSON.stringify({ plan, next, tally });

/** From the beginning when the options have changed since: the numbers mean other endpoints then. */
export function readCursor(text: string | null, plan: string): { from: number; tally: Tally } {
  const found = text === null ? undefined : Cursor.safeParse(parsed(text)).data;
  if (found?.plan === plan) return { from: found.next, tally: found.tally };
  return { from: 0, tally: { connected: 0, closed: 0, faults: 0, refused: { count: 0, first: '', detail: '' } } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
