import type { TaskArguments } from '@sifaka/contracts';
import { parseCronItem, type ParsedCronItem } from 'graphile-worker';
import type { JobDefinition } from './job.js';

/** The schedule of a job in the queue's terms; undefined for jobs that only run when asked. */
export function cronItem({ name, cron, timeLimitMs }: JobDefinition): ParsedCronItem | undefined {
  if (cron === undefined) return undefined;
  return parseCronItem({
    task: name,
    match: cron,
    identifier: name,
    options: { ...singleRun(name), jobKeyMode: 'replace', backfillPeriod: 0, maxAttempts: attemptsFor(timeLimitMs) },
  });
}

/** One waiting run at most, and one at a time. */
export function singleRun(name: string): { queueName: string; jobKey: string } {
  return { queueName: `cron/${name}`, jobKey: `cron/${name}` };
}

/** The same for a run that was asked for: it waits beside that of the schedule, and takes turns with it. */
export function requestedRun(name: string, args: TaskArguments): { queueName: string; jobKey: string } {
  return { ...singleRun(name), jobKey: `request/${name} ${JSON.stringify(args)}` };
}

/** The first tick after `from`, within 32 days; null when there is none. */
export function nextTick(item: ParsedCronItem, from: Date): Date | null {
  const first = wholeMinute(from) + minuteMs;
  for (let at = first; at < first + horizonDays * dayMs; at += minuteMs) {
    if (matches(item, at)) return new Date(at);
  }
  return null;
}

/** The latest tick up to `now`, within 32 days: weekly and monthly ones are found. Null when there is none. */
export function lastTick(item: ParsedCronItem, now: Date): Date | null {
  const last = wholeMinute(now);
  for (let at = last; at > last - horizonDays * dayMs; at -= minuteMs) {
    if (matches(item, at)) return new Date(at);
  }
  return null;
}

function wholeMinute(date: Date): number {
  return Math.floor(date.getTime() / minuteMs) * minuteMs;
}

function matches(item: ParsedCronItem, at: number): boolean {
  const date = new Date(at);
  return item.match({
    min: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    date: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    dow: date.getUTCDay(),
  });
}

/** The next tick starts afresh: retries matter only to jobs that tick rarely. */
function attemptsFor(timeLimitMs: number): number {
  return timeLimitMs > 10 * minuteMs ? 2 : 3;
}

const horizonDays = 32;
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
