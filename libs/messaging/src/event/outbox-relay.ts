import { jetstream } from '@nats-io/jetstream';
import type { ServiceName } from '@sifaka/contracts';
import type { Database, Sql } from '@sifaka/database';
import type { Bus } from '../bus/bus.js';
import type { Log } from '../bus/log.js';
import { outboxBacklog, outboxLag, published } from './event-metrics.js';

interface Row {
  id: string;
  subject: string;
  payload: string;
}

/**
 * Carries events from the outbox to the stream.
 *
 * At least once, with the event id as message id, so that the stream keeps one copy. Of all replicas one relays at a time (an
 * advisory lock for the length of a batch; any other goes on when it dies): events are published in the order in which they
 * were written, and two changes of one row, of which the second waited for the first, never swap. Only a publish that failed
 * alone within its batch is overtaken by what stood behind it.
 */
export class OutboxRelay {
  private isRunning = false;
  private loop: Promise<void> = Promise.resolve();
  private pauseMs = idleMs;
  private rest: (() => void) | undefined;
  private measuredAt = 0;
  private hasFailed = false;

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
    private readonly service: ServiceName,
    private readonly log: Log,
  ) {}

  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.loop = this.run();
  }

  /** Rows are about to be committed: look soon. */
  wake(): void {
    this.pauseMs = soonMs;
    this.rest?.();
  }

  /** Publishes what is there, as far as that goes within the limit, and ends. */
  async stop(limitMs = lastWordsMs): Promise<void> {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.rest?.();
    await this.loop;
    const until = Date.now() + limitMs;
    while (Date.now() < until && (await this.relaySafely()) > 0);
  }

  private async run(): Promise<void> {
    while (this.isRunning) {
      const moved = await this.relaySafely();
      if (moved > 0) this.pauseMs = soonMs;
      if (moved >= batchRows) continue;
      const pauseMs = this.pauseMs;
      this.pauseMs = Math.min(idleMs, pauseMs * 2);
      await this.pause(pauseMs);
    }
  }

  /** Sleeps; a wake ends a long sleep, but even then some milliseconds pass, in which a batch gathers. */
  private async pause(ms: number): Promise<void> {
    if (ms <= soonMs) return delay(ms);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.rest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.rest = undefined;
    if (this.isRunning && this.pauseMs === soonMs) await delay(soonMs);
  }

  private async relaySafely(): Promise<number> {
    try {
      const moved = await this.relayBatch();
      await this.measure();
      this.hasFailed = false;
      return moved;
    } catch (error) {
      // An outage is told once, not once a second.
      if (!this.hasFailed) this.log.warn({ err: error }, 'events stay in the outbox for now');
      this.hasFailed = true;
      return 0;
    }
  }

  private async relayBatch(): Promise<number> {
    if (!this.bus.isConnected) return 0;
    const found = await this.database.query({ name: 'outbox-any', text: 'select 1 from outbox limit 1' });
    if (found.length === 0) return 0;
    return this.database.transaction(async (tx) => {
      if (!(await this.isAlone(tx))) return 0;
      const rows = await tx.query<Row>({ name: 'outbox-batch', text: batchSql });
      const acknowledged = await this.publish(rows);
      await tx.query({ name: 'outbox-done', text: 'delete from outbox where id = any($1::uuid[])', values: [acknowledged] });
      published.add(acknowledged.length, { service: this.service });
      return acknowledged.length;
    });
  }

  private async isAlone(tx: Sql): Promise<boolean> {
    const [lock] = await tx.query<{ held: boolean }>({ name: 'outbox-lock', text: lockSql, values: [this.service] });
    return lock?.held === true;
  }

  /** Ids of the events the stream has stored, or had stored before. */
  private async publish(rows: readonly Row[]): Promise<string[]> {
    const stream = jetstream(this.bus.connection);
    const results = await Promise.allSettled(
      rows.map(({ id, subject, payload }) => stream.publish(subject, payload, { msgID: id, timeout: ackTimeoutMs })),
    );
    const failures = results.filter((result) => result.status === 'rejected');
    const why: unknown = failures[0]?.reason;
    if (failures.length > 0) {
      if (failures.length === rows.length) throw why;
      this.log.warn({ err: why, count: failures.length }, 'some events stay in the outbox for now');
    }
    return rows.filter((_, index) => results[index]?.status === 'fulfilled').map(({ id }) => id);
  }

  private async measure(): Promise<void> {
    if (Date.now() - this.measuredAt < measureEveryMs) return;
    this.measuredAt = Date.now();
    const [state] = await this.database.query<{ rows: string; lag: string | null }>({ name: 'outbox-state', text: stateSql });
    outboxBacklog.set(Number(state?.rows ?? 0), { service: this.service });
    outboxLag.set(Number(state?.lag ?? 0), { service: this.service });
  }
}

const batchRows = 500;
/** Long enough for neighbours to share a batch, short beside everything that follows an event. */
const soonMs = 5;
/** Finds what a crashed replica, or a program outside of this process, left in the outbox. */
const idleMs = 1_000;
const ackTimeoutMs = 5_000;
const lastWordsMs = 2_000;
const measureEveryMs = 10_000;

const batchSql = `select id, subject, payload::text as payload from outbox order by seq limit ${batchRows}`;
const lockSql = "select pg_try_advisory_xact_lock(hashtext('sifaka.outbox'), hashtext($1)) as held";
const stateSql = `
  select (select count(*) from (select 1 from outbox limit 10000) waiting) as rows,
         (select extract(epoch from now() - created_at) from outbox order by seq limit 1) as lag`;

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
