import { jobSchema, type Sql } from '@sifaka/database';
import type { ServiceName } from '@sifaka/contracts';
import type { ParsedCronItem } from 'graphile-worker';
import { lastTick, singleRun } from './cron-schedule.js';

/**
 * Queues one run for the ticks of a schedule that no replica was there to see.
 *
 * The queue's own backfill makes one run per missed tick, which would repeat a five-minute job 288 times after a day. The
 * guard on `last_execution` is the one by which the queue itself lets only one replica take a tick.
 */
export async function catchUp(sql: Sql, service: ServiceName, items: readonly ParsedCronItem[], now: Date): Promise<void> {
  const schema = jobSchema(service);
  for (const item of items) {
    const tick = lastTick(item, now);
    if (tick === null) continue;
    const { queueName, jobKey } = singleRun(item.task);
    await sql.query(
      `with missed as (
         update ${schema}._private_known_crontabs set last_execution = $2
         where identifier = $1 and coalesce(last_execution, known_since) < $2
         returning 1
       )
       select added.id from missed,
         lateral ${schema}.add_job(identifier => $1, queue_name => $3, job_key => $4, max_attempts => $5::int) added`,
      [item.identifier, tick, queueName, jobKey, item.options.maxAttempts ?? null],
    );
  }
}
