import { AppError } from '@sifaka/kernel';
import { parseCronItem } from 'graphile-worker';
import { lastTick, nextTick } from './cron-schedule.js';

/** A schedule that is data, not the definition of a job. */
export interface Cron {
  /** The first tick after `from`, within 32 days; null when there is none. */
  next(from: Date): Date | null;
  /** The latest tick up to `now`, within 32 days; null when there is none. */
  last(now: Date): Date | null;
}

/**
 * Reads five cron fields, UTC, in the form that jobs take.
 *
 * @throws AppError `invalid_argument` that shows the form
 */
export function parseCron(text: string): Cron {
  try {
    const item = parseCronItem({ task: 'cron', match: text.trim().replaceAll(/\s+/g, ' ') });
    return { next: (from) => nextTick(item, from), last: (now) => lastTick(item, now) };
  } catch (error) {
    throw new AppError('invalid_argument', `"${text.slice(0, 64)}" is no schedule: it has five fields (minute, hour, day of month, month, day of week), such as 5 */3 * * *`, { reason: 'job.bad_cron', cause: error });
  }
}
