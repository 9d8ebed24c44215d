import { AppError, isAppError } from '@sifaka/kernel';
import { parseCron } from '@sifaka/messaging';

/** What is wrong with five cron fields; null when nothing is. */
export function scheduleFault(text: string): string | null {
  try {
    parseCron(text);
    return null;
  } catch (error) {
    if (isAppError(error)) return error.message;
    throw error;
  }
}

/** @throws AppError `invalid_argument`, field `schedule` */
export function checkSchedule(text: string | null): void {
  const message = text === null ? null : scheduleFault(text);
  if (message !== null) throw new AppError('invalid_argument', `schedule: ${message}`, { reason: 'source.bad_schedule', fields: [{ path: 'schedule', message }] });
}

interface Scheduled {
  active: boolean;
  schedule: string | null;
}

/** When it is looked at next without anybody asking. */
export function nextRunOf({ active, schedule }: Scheduled, now: Date): Date | null {
  return active && schedule !== null ? parseCron(schedule).next(now) : null;
}

/** Whether a tick has come since it was last looked at by schedule, or since the schedule is what it is; ticks of the last day are made up for. */
export function isDue({ schedule, lastTakenAt, scheduledSince }: { schedule: string; lastTakenAt: Date | null; scheduledSince: Date }, now: Date): boolean {
  const tick = parseCron(schedule).last(now);
  if (tick === null) return false;
  return tick.getTime() > Math.max(lastTakenAt?.getTime() ?? 0, scheduledSince.getTime());
}
