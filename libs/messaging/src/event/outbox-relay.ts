import { JetStreamApiError } from '@nats-io/jetstream';
import { InvalidArgumentError } from '@nats-io/transport-node';
import type { ServiceName } from '@sifaka/contracts';
import type { Database, Sql } from '@sifaka/database';
import type { Bus } from '../bus/bus.js';
import type { Log } from '../bus/log.js';
import { outboxBacklog, outboxLag, published, setAside } from './event-metrics.js';
import { publishAll, type Publication } from './publish-all.js';

/**
 * Carries events from the outbox to the stream.
 *
 * At least once, with the event id as message id, so that the stream keeps one copy. Of all replicas one relays at a time (an
 * advisory lock for the length of a batch; any other goes on when it dies): events are published in the order in which they
 * were written, and two changes of one row, of which the second waited for the first, never swap. Only a publish that failed
 * alone within its batch is overtaken by what stood behind it. One that the stream refuses five times is set aside: it stays in
 * the outbox (`set_aside_at`), for whoever finds out why, and the metric shows it.
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
    const found = await this.database.query({ name: 'outbox-any', text: 'select 1 from outbox where set_aside_at is null limit 1' });
    if (found.length === 0) return 0;
    return this.database.transaction(async (tx) => {
      if (!(await this.isAlone(tx))) return 0;
      const rows = await tx.query<Publication>({ name: 'outbox-batch', text: batchSql });
      const { acknowledged, refused, fault } = await this.publish(rows);
      await tx.query({ name: 'outbox-done', text: 'delete from outbox where id = any($1::uuid[])', values: [acknowledged] });
      published.add(acknowledged.length, { service: this.service });
      if (refused.length > 0) await this.count(tx, refused, fault);
      else if (acknowledged.length === 0) throw fault;
      return acknowledged.length;
    });
  }

  private async isAlone(tx: Sql): Promise<boolean> {
    const [lock] = await tx.query<{ held: boolean }>({ name: 'outbox-lock', text: lockSql, values: [this.service] });
    return lock?.held === true;
  }

  private async count(tx: Sql, ids: readonly string[], fault: unknown): Promise<void> {
    const gone = await tx.query<{ id: string; subject: string }>({
      name: 'outbox-refused',
      text: refusedSql,
      values: [ids, attemptsLimit],
    });
    for (const { id, subject } of gone) this.log.error({ err: fault, event: id, subject }, 'event set aside: the stream refuses it');
  }

  /** Ids of the events the stream has stored, or had stored before, and of those that it refused on their own account. */
  private async publish(rows: readonly Publication[]): Promise<{ acknowledged: string[]; refused: string[]; fault: unknown }> {
    const faults = await publishAll(this.bus, rows, ackTimeoutMs);
    const acknowledged = rows.filter((_, index) => faults[index] === undefined).map(({ id }) => id);
    const failed = rows.flatMap(({ id }, index) => (faults[index] === undefined ? [] : [{ id, fault: faults[index] }]));
    const refused = failed.filter(({ fault }) => isRefusal(fault)).map(({ id }) => id);
    const fault = failed[0]?.fault;
    if (failed.length > 0 && failed.length < rows.length)
      this.log.warn({ err: fault, count: failed.length }, 'some events stay in the outbox for now');
    return { acknowledged, refused, fault };
  }

  private async measure(): Promise<void> {
    if (Date.now() - this.measuredAt < measureEveryMs) return;
    this.measuredAt = Date.now();
    const [state] = await this.database.query<{ rows: string; aside: string; lag: string | null }>({
      name: 'outbox-state',
      text: stateSql,
    });
    outboxBacklog.set(Number(state?.rows ?? 0), { service: this.service });
    setAside.set(Number(state?.aside ?? 0), { service: this.service });
    outboxLag.set(Number(state?.lag ?? 0), { service: this.service });
  }
}

const batchRows = 500;
/** Long enough for neighbours to share a batch, short beside everything that follows an event. */
const soonMs = 5;
/** Finds what a crashed replica, or a program outside of this process, left in the outbox. */
const idleMs = 1_000;
const ackTimeoutMs = 5_000;
const attemptsLimit = 5;
const lastWordsMs = 2_000;
const measureEveryMs = 10_000;

const batchSql = `select id, subject, payload::text as payload from outbox where set_aside_at is null order by seq limit ${batchRows}`;
const lockSql = "select pg_try_advisory_xact_lock(hashtext('sifaka.outbox'), hashtext($1)) as held";
const stateSql = `
  select (select count(*) from (select 1 from outbox where set_aside_at is null limit 10000) waiting) as rows,
         (select count(*) from (select 1 from outbox where set_aside_at is not null limit 10000) aside) as aside,
         (select extract(epoch from now() - created_at) from outbox where set_aside_at is null order by seq limit 1) as lag`;
const refusedSql = `
  with counted as (
    update outbox set attempts = attempts + 1, set_aside_at = case when attempts + 1 >= $2 then now() end
    where id = any($1::uuid[]) returning id, subject, set_aside_at
  )
  select id, subject from counted where set_aside_at is not null`;

/** Words on the message itself (too large, say), from the stream or before it was sent; a stream that is away or busy says nothing of the message. */
function isRefusal(fault: unknown): boolean {
  return fault instanceof InvalidArgumentError || (fault instanceof JetStreamApiError && fault.status === 400);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
