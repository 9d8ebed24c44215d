import { jobSchema } from '@sifaka/database';
import type { ParsedCronItem } from 'graphile-worker';
import { lastTick, nextTick, singleRun } from './cron-schedule.js';
import type { JobsOptions } from './jobs-options.js';

export type CronItem = ParsedCronItem;

/**
 * Queues a run whenever a schedule's tick has come.
 *
 * At every minute each replica asks for the latest tick of every schedule; the row of the schedule lets one of them have it.
 * A tick that nobody was there to take is taken later, alone: one run makes up for all that were missed.
 */
export class CronTicker {
  private timer: NodeJS.Timeout | undefined;
  private isRunning = false;
  private readonly next = new Map<string, Date>();

  constructor(
    private readonly options: JobsOptions,
    private readonly items: readonly CronItem[],
  ) {}

  async start(): Promise<void> {
    if (this.items.length === 0) return;
    const schema = jobSchema(this.options.service);
    const text = `
      insert into ${schema}._private_known_crontabs (identifier, known_since)
      select identifier, $2 from unnest($1::text[]) identifier on conflict do nothing`;
    await this.options.database.query(text, [this.items.map(({ identifier }) => identifier), this.options.clock.now()]);
    this.isRunning = true;
    await this.tick();
  }

  stop(): void {
    this.isRunning = false;
    clearTimeout(this.timer);
  }

  private async tick(): Promise<void> {
    let nextMs = minuteMs - (Date.now() % minuteMs) + graceMs;
    try {
      for (const item of this.items) await this.take(item);
      await this.noteNext();
    } catch {
      // The database is away, which its other users tell; the tick is taken when it is back.
      nextMs = retryMs;
    }
    if (this.isRunning) this.timer = setTimeout(() => void this.tick(), nextMs);
  }

  /** Where operators look, and dashboards read. */
  private async noteNext(): Promise<void> {
    const now = this.options.clock.now();
    const due = this.items.filter(({ task }) => (this.next.get(task)?.getTime() ?? 0) <= now.getTime());
    const ticks = due.map((item) => ({ name: item.task, at: nextTick(item, now) }));
    if (ticks.length === 0) return;
    const text = `
      insert into job_status (name, next_run_at) select * from unnest($1::text[], $2::timestamptz[])
      on conflict (name) do update set next_run_at = excluded.next_run_at`;
    await this.options.database.query(text, [ticks.map(({ name }) => name), ticks.map(({ at }) => at)]);
    // A schedule without a tick in the next weeks is looked at again tomorrow.
    for (const { name, at } of ticks) this.next.set(name, at ?? new Date(now.getTime() + dayMs));
  }

  private async take(item: CronItem): Promise<void> {
    const { service, database, clock } = this.options;
    const tick = lastTick(item, clock.now());
    if (tick === null) return;
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
  }
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Past the full minute even by a clock that is a little behind. */
const graceMs = 50;
const retryMs = 5_000;
