import { Inject, Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import { AppError, newId, type Clock } from '@sifaka/kernel';
import { Jobs } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { sqlTime } from '../sql-time.js';
import { rotationColumns, type Rotation } from './rotation.js';

/** Name of the job that works through the rotations that are due. */
export const rotateJob = 'rotate-endpoints';

/** What a crash keeps others waiting; several times what a busy database takes to answer. */
export const leaseMs = 20_000;

export type RotationChanges = Partial<Omit<Rotation, 'id' | 'endpoint_id' | 'next_try_at' | 'updated_at'>>;

/** Which rotation is worked on when, and what became of that. Whoever writes must have the lease of its endpoint. */
@Injectable()
export class RotationTurns {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Within the transaction of what is to be worked on. */
  wake(tx: Sql): Promise<void> {
    return this.jobs.add(rotateJob, {}, { tx, jobKey: 'rotations' });
  }

  /** One that is due, with the lease of its endpoint: of each endpoint one is at work. */
  async take(): Promise<{ row: Rotation; holder: string } | undefined> {
    const holder = newId();
    const text = `
      with due as (
        select r.id, r.endpoint_id from rotation r left join rotation_lease l on l.endpoint_id = r.endpoint_id and l.until > now()
        where r.next_try_at <= $2 and r.finished_at is null and l.endpoint_id is null order by r.next_try_at, r.id limit 1 for update of r skip locked),
      taken as (
        insert into rotation_lease as l (endpoint_id, holder, until) select endpoint_id, $1::uuid, now() + ${leaseMs} * interval '1 ms' from due
        on conflict (endpoint_id) do update set holder = excluded.holder, until = excluded.until where l.until <= now() returning l.endpoint_id)
      select due.id from due join taken on taken.endpoint_id = due.endpoint_id`;
    const [taken] = await this.database.query<{ id: number }>({ name: 'rotation-take', text, values: [holder, this.clock.now()] });
    if (taken === undefined) return undefined;
    // With the lease it is read as it is now.
    const [row] = await this.database.query<Rotation>({ name: 'rotation-taken', text: `select ${rotationColumns} from rotation r where r.id = $1`, values: [taken.id] });
    return row === undefined ? undefined : { row, holder };
  }

  /** @returns false when somebody else may have it by now */
  async renew(endpointId: number, holder: string): Promise<boolean> {
    const text = `update rotation_lease set until = now() + ${leaseMs} * interval '1 ms' where endpoint_id = $1 and holder = $2::uuid and until > now() returning holder`;
    return (await this.database.query({ name: 'rotation-lease-renew', text, values: [endpointId, holder] })).length > 0;
  }

  async release(endpointId: number, holder: string): Promise<void> {
    await this.database.query({ name: 'rotation-lease-release', text: 'delete from rotation_lease where endpoint_id = $1 and holder = $2::uuid', values: [endpointId, holder] });
  }

  /** After a run: what is due later, or when its endpoint is free, has its own job; with nothing left there is none (`greatest` passes over a null, and would answer 0). */
  async planNext(): Promise<void> {
    const text = `
      select greatest(0, min(greatest(extract(epoch from r.next_try_at - $1::timestamptz), extract(epoch from l.until - now()))) * 1000) as pause
      from rotation r left join rotation_lease l on l.endpoint_id = r.endpoint_id and l.until > now() where r.finished_at is null and r.next_try_at is not null
      having count(*) > 0`;
    const [row] = await this.database.query<{ pause: string | number }>({ name: 'rotation-plan', text, values: [this.clock.now()] });
    if (row === undefined) return;
    await this.jobs.add(rotateJob, {}, { jobKey: 'rotations-later', runAt: new Date(this.clock.now().getTime() + Number(row.pause)) });
  }

  /** Those that wait for a deployment that has come to an end. */
  async wakeWaiting(deploymentId: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      const text = 'update rotation set next_try_at = $2 where deployment_id = $1 and finished_at is null and next_try_at > $2 returning id';
      if ((await tx.query({ name: 'rotation-wake', text, values: [deploymentId, this.clock.now()] })).length > 0) await this.wake(tx);
    });
  }

  /** @returns whether something has been due for so long that its job must have been lost */
  async isLate(lateMs: number): Promise<boolean> {
    const text = `select 1 from rotation r where r.finished_at is null and r.next_try_at < $1
      and not exists (select from rotation_lease l where l.endpoint_id = r.endpoint_id and l.until > now()) limit 1`;
    return (await this.database.query(text, [new Date(this.clock.now().getTime() - lateMs)])).length > 0;
  }

  /**
   * Writes down what is about to be done, or what became of it.
   *
   * @param nextTryMs undefined: as it was; null: nothing is to be done any more
   * @throws AppError `conflict`, reason `rotation.lease_lost`, when somebody else works at the endpoint by now
   */
  async write(tx: Sql, { id, endpoint_id }: Rotation, holder: string, changes: RotationChanges, nextTryMs?: number | null): Promise<Rotation> {
    const values: unknown[] = [id, endpoint_id, holder];
    const own = Object.entries(changes).map(([name, value]) => {
      values.push(name === 'steps' ? JSON.stringify(value) : value);
      return `${name} = $${values.length}`;
    });
    const next = nextTryMs === undefined ? [] : [`next_try_at = ${nextTryMs === null ? 'null' : sqlTime(this.clock.now(), nextTryMs)}`];
    const text = `
      update rotation r set ${[...own, ...next, `updated_at = ${sqlTime(this.clock.now())}`].join(', ')}
      where r.id = $1 and exists (select from rotation_lease where endpoint_id = $2 and holder = $3::uuid and until > now())
      returning ${rotationColumns}`;
    const [row] = await tx.query<Rotation>(text, values);
    if (row === undefined) throw new AppError('conflict', 'somebody else works at this endpoint by now', { reason: leaseLost });
    return row;
  }
}

export const leaseLost = 'rotation.lease_lost';
