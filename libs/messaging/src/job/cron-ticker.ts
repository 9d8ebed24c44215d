import { jobSchema } from '@sifaka/database';
import type { ParsedCronItem } from 'graphile-worker';
import { lastTick, nextTick, singleRun } from './cron-schedule.js';
import type { JobStates } from './job-states.js';
import type { JobsOptions } from './jobs-options.js';

export type CronItem = ParsedCronItem;

/**
 * Queues a run whenever a schedule's tick has come.
 *
 * At every minute each replica asks for the latest tick of every schedule; the row of the schedule lets one of them have it.
 * A tick that nobody was there to take is taken later, alone: one run makes up for all that were missed. So is what a clock that
 * jumps forward leaves out; one that is set back goes on with the ticks that come next by its time.
 */
export class CronTicker {
  private timer: NodeJS.Timeout | undefined;
  private isRunning = false;
  /** The minute that was seen to last; undefined while one could not be. */
  private minute: number | undefined;
  private notedAt = 0;
  private readonly next = new Map<string, number>();
  private readonly seen = new Map<string, number>();

  constructor(
    private readonly options: JobsOptions,
    private readonly items: readonly CronItem[],
    private readonly states: JobStates,
  ) {}

  async start(): Promise<void> {
    const schema = jobSchema(this.options.service);
    const identifiers = this.items.map(({ identifier }) => identifier);
    // A schedule that was switched off has missed nothing when it is switched on again.
    const text = `
      with gone as (delete from ${schema}._private_known_crontabs where identifier <> all($1::text[]))
      insert into ${schema}._private_known_crontabs (identifier, known_since)
      select identifier, $2 from unnest($1::text[]) identifier on conflict do nothing`;
    await this.options.database.query(text, [identifiers, this.options.clock.now()]);
    if (this.items.length === 0) return;
    this.isRunning = true;
    await this.tick();
  }

  stop(): void {
    this.isRunning = false;
    clearTimeout(this.timer);
  }

  private async tick(): Promise<void> {
    let nextMs = lookMs;
    try {
      await this.look();
    } catch {
      // The database is away, which its other users tell; the tick is taken when it is back.
      this.minute = undefined;
      nextMs = retryMs;
    }
    if (this.isRunning) this.timer = setTimeout(() => void this.tick(), nextMs);
  }

  /** Looks at the clock, and only at a new minute further. */
  private async look(): Promise<void> {
    const now = this.options.clock.now();
    const minute = Math.floor(now.getTime() / minuteMs);
    if (minute === this.minute) return;
    await this.forgetTheFuture(now);
    for (const item of this.items) await this.take(item, now);
    await this.noteNext(now);
    this.minute = minute;
  }

  private async noteNext(now: Date): Promise<void> {
    const isSetBack = now.getTime() < this.notedAt;
    const due = this.items.filter(({ task }) => isSetBack || (this.next.get(task) ?? 0) <= now.getTime());
    const ticks = due.map((item) => ({ name: item.task, at: nextTick(item, now) }));
    await this.states.noteNext(ticks);
    this.notedAt = now.getTime();
    // A schedule without a tick in the next weeks is looked at again tomorrow.
    for (const { name, at } of ticks) this.next.set(name, at?.getTime() ?? now.getTime() + dayMs);
  }

  /** A clock that was ahead has taken ticks that are still to come: they count from the latest that has come by the clock as it is now. */
  private async forgetTheFuture(now: Date): Promise<void> {
    const schema = jobSchema(this.options.service);
    await this.options.database.query(
      `update ${schema}._private_known_crontabs set last_execution = $1
       where coalesce(last_execution, known_since) > $1::timestamptz + interval '${skewMinutes} minutes' and identifier = any($2)`,
      [now, this.items.map(({ identifier }) => identifier)],
    );
  }

  private async take(item: CronItem, now: Date): Promise<void> {
    const { service, database } = this.options;
    const tick = lastTick(item, now);
    // One that this replica saw somebody take is not asked for again: replicas whose clocks disagree run it once each, not in turns for ever.
    if (tick === null || this.seen.get(item.task) === tick.getTime()) return;
    const schema = jobSchema(service);
    const { queueName, jobKey } = singleRun(item.task);
    await database.query(
      `with taken as (
         update ${schema}._private_known_crontabs set last_execution = $2
         where identifier = $1 and coalesce(last_execution, known_since) < $2
         returning 1
       )
       select added.id from taken,
         lateral ${schema}.add_job(identifier => $1, queue_name => $3, job_key => $4, max_attempts => $5::int) added`,
      [item.identifier, tick, queueName, jobKey, item.options.maxAttempts ?? null],
    );
    this.seen.set(item.task, tick.getTime());
  }
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** How soon a new minute is seen, and a clock that was set. */
const lookMs = 500;
const retryMs = 5_000;
/** Clocks of replicas may differ by this much. */
const skewMinutes = 2;
