import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { count, type Context } from '../command.js';
import type { Patience } from '../follow.js';

export const waitOptions = [['--wait-limit <minutes>', 'how long to wait (30)']] as const;
export const WaitOptions = z.object({ waitLimit: count().default(30) });

/** How a person at a terminal waits. */
export const patienceOf = <T>({ terminal }: Context, limitMinutes: number, read: () => Promise<T>): Patience<T> => ({
  read,
  say: (text) => terminal.say(text),
  sleep: (ms) => setTimeout(ms),
  now: () => performance.now(),
  limitMs: limitMinutes * 60_000,
});
