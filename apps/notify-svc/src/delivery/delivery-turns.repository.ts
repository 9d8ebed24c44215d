import { Injectable } from '@nestjs/common';
import type { DeliveryState } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { AppError, isAppError } from '@sifaka/kernel';
import { Jobs } from '@sifaka/messaging';
import type { DeliveryRow } from './delivery.js';
import { deliveryColumns } from './delivery.repository.js';
import { longestPauseMs } from './pauses.js';

/** Name of the job that sends what is due to one target. */
export const deliverJob = 'deliver-to-target';

/** How a try ends. */
export interface Ending {
  state: DeliveryState;
  nextTryAt: Date | null;
  lastError: string | null;
  reference?: string | null;
  onlyTo?: readonly string[] | null;
  deliveredAt?: Date | null;
}

export interface TargetPause {
  until: Date;
  error: string;
}

/** When what is sent where, and what became of that. Times are those of the caller's clock, which need not be that of the database. */
@Injectable()
export class DeliveryTurns {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
  ) {}

  /** Queues the target's one job, within the transaction of what is to be sent. */
  async wake(tx: Sql, target: string): Promise<void> {
    await this.jobs.add(deliverJob, { target }, { tx, jobKey: `target:${target}` });
  }

  /** The oldest that is due at a target, unless that was away a moment ago. One that fails again and again lets others go first, so that it does not stand for them. */
  async next(target: string, now: Date): Promise<DeliveryRow | undefined> {
    const text = `
      select ${deliveryColumns} from delivery d where d.target = $1 and (d.next_try_at <= $2 or d.next_try_at > $3)
        and not exists (select from target_pause p where p.target = $1 and p.until > $2 and p.until <= $3)
      order by d.attempts / 3, d.id limit 1`;
    const [row] = await this.database.query<DeliveryRow>({ name: 'delivery-next', text, values: [target, now, latest(now)] });
    return row;
  }

  /** Targets with something that is due. */
  async due(now: Date, limit: number): Promise<string[]> {
    const text = `
      select distinct d.target from delivery d left join target_pause p on p.target = d.target
      where (d.next_try_at <= $1 or d.next_try_at > $2) and (p.until is null or p.until <= $1 or p.until > $2) limit $3`;
    const rows = await this.database.query<{ target: string }>(text, [now, latest(now), limit]);
    return rows.map(({ target }) => target);
  }

  /** When a target has something to send next; null: never. */
  async nextAt(target: string, now: Date): Promise<Date | null> {
    const text = `
      select greatest(min(case when d.next_try_at > $2 then $3 else d.next_try_at end), (select p.until from target_pause p where p.target = $1 and p.until <= $2)) as at
      from delivery d where d.target = $1 and d.next_try_at is not null`;
    const [row] = await this.database.query<{ at: Date | null }>({ name: 'delivery-next-at', text, values: [target, latest(now), now] });
    return row?.at ?? null;
  }

  /** How often in a row a target was away. */
  async failures(tx: Sql, target: string): Promise<number> {
    const [row] = await tx.query<{ failures: number }>('select failures from target_pause where target = $1', [target]);
    return row?.failures ?? 0;
  }

  /** Nothing is sent there for a while; null: it is there again. */
  async pause(tx: Sql, target: string, pause: { until: Date; error: string } | null): Promise<void> {
    if (pause === null) await tx.query({ name: 'target-unpause', text: 'delete from target_pause where target = $1', values: [target] });
    else {
      const text = `
        insert into target_pause as p (target, until, error) values ($1, $2, $3)
        on conflict (target) do update set until = excluded.until, error = excluded.error, failures = p.failures + 1`;
      await tx.query(text, [target, pause.until, pause.error]);
    }
  }

  /** Targets that are left alone now, until when and why. */
  async pauses(targets: readonly string[], now: Date): Promise<ReadonlyMap<string, TargetPause>> {
    const text = 'select target, until, error from target_pause where target = any($1) and until > $2 and until <= $3';
    const rows = await this.database.query<TargetPause & { target: string }>(text, [targets, now, latest(now)]);
    return new Map(rows.map(({ target, until, error }) => [target, { until, error }]));
  }

  /** Somebody set something right there: whatever waits is due. */
  async reopen(tx: Sql, target: string, now: Date): Promise<void> {
    await this.pause(tx, target, null);
    await tx.query(`update delivery set next_try_at = $2 where target = $1 and state = 'pending' and next_try_at > $2`, [target, now]);
    await this.wake(tx, target);
  }

  /** Before it is sent: whoever comes after a crash knows that it may have arrived. */
  begin(tx: Sql, row: DeliveryRow, holder: string): Promise<DeliveryRow> {
    return this.write(tx, row, holder, `state = 'sending', attempts = d.attempts + 1`, []);
  }

  end(tx: Sql, row: DeliveryRow, holder: string, { state, nextTryAt, lastError, reference = null, onlyTo = null, deliveredAt = null }: Ending): Promise<DeliveryRow> {
    const sets = 'state = $4, next_try_at = $5, last_error = $6, reference = $7, only_to = $8, delivered_at = $9';
    return this.write(tx, row, holder, sets, [state, nextTryAt, lastError, reference, onlyTo, deliveredAt]);
  }

  /** One that waits or was given up: tried again from the beginning. @returns undefined when it is in another state by now */
  async again(tx: Sql, id: number, now: Date): Promise<DeliveryRow | undefined> {
    const text = `update delivery d set state = 'pending', attempts = 0, next_try_at = $2 where d.id = $1 and d.state in ('pending', 'failed') returning ${deliveryColumns}`;
    const [row] = await tx.query<DeliveryRow>(text, [id, now]);
    return row;
  }

  /** Those that were given up at a target (null: at any), oldest first. */
  failedAgain(tx: Sql, target: string | null, now: Date, limit: number): Promise<DeliveryRow[]> {
    const text = `
      update delivery d set state = 'pending', attempts = 0, next_try_at = $2
      where d.id in (select f.id from delivery f where ($1::text is null or f.target = $1) and f.state = 'failed' order by f.id limit $3 for update) and d.state = 'failed'
      returning ${deliveryColumns}`;
    return tx.query<DeliveryRow>(text, [target, now, limit]);
  }

  private async write(tx: Sql, { id, target }: DeliveryRow, holder: string, sets: string, values: readonly unknown[]): Promise<DeliveryRow> {
    const text = `
      update delivery d set ${sets} where d.id = $1 and exists (select from target_lease where target = $2 and holder = $3::uuid and until > now())
      returning ${deliveryColumns}`;
    const [row] = await tx.query<DeliveryRow>(text, [id, target, holder, ...values]);
    if (row === undefined) throw new AppError('conflict', 'somebody else sends to this target by now', { reason: leaseLost });
    return row;
  }
}

/** What is put off beyond this is due. */
const latest = (now: Date): Date => new Date(now.getTime() + longestPauseMs);

const leaseLost = 'delivery.lease_lost';

export const hasLostLease = (error: unknown): boolean => isAppError(error) && error.reason === leaseLost;
