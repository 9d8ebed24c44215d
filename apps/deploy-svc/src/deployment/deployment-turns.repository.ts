import { Inject, Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import { AppError, type Clock } from '@sifaka/kernel';
import { Jobs } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { sqlTime } from '../sql-time.js';
import type { Deployment } from './deployment.js';
import { deploymentColumns } from './deployment.columns.js';
import type { Turn } from './turn.js';

/** Name of the job that works through what is due at one destination. */
export const deployJob = 'deploy-to-destination';

/** What a worker writes while it works; what is left out stays. */
export type Progress = Partial<Pick<Deployment, 'phase' | 'is_held' | 'external_id' | 'attempts' | 'last_error' | 'is_rolled_back' | 'is_passing' | 'proofs' | 'served_before' | 'note' | 'blocked_by' | 'deployed_at' | 'removed_at'>>;

/** How a piece of work ends: what becomes of the deployment unless something else was asked for meanwhile. */
export interface Ending {
  state: 'deployed' | 'failed' | 'removed';
  /** Null: not again by itself. */
  nextTryMs: number | null;
}

/** When which destination is worked at, and what became of that. Whoever writes must have the lease of the destination. */
@Injectable()
export class DeploymentTurns {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Queues the destination's one job, within the transaction of what is to be worked on.
   *
   * @param pauseMs null: now @param keepsTime when it waits already it stays so
   */
  async wake(tx: Sql, destinationId: number, pauseMs: number | null, keepsTime = false): Promise<void> {
    const runAt = pauseMs === null ? undefined : new Date(this.clock.now().getTime() + pauseMs);
    await this.jobs.add(deployJob, { destinationId }, { tx, jobKey: `destination:${destinationId}`, keepsTime, ...(runAt !== undefined && { runAt }) });
  }

  /** For when somebody else is at work there and does not say what comes next; whoever does says it better. */
  wakeLater(destinationId: number, pauseMs: number): Promise<void> {
    return this.database.transaction((tx) => this.wake(tx, destinationId, pauseMs, true));
  }

  /** What is due at a destination: what a crash left half done, then uploads, then removals: a place is filled before it is cleared. */
  async next(destinationId: number): Promise<Deployment | undefined> {
    const text = `
      select ${deploymentColumns} from deployment p where p.destination_id = $1 and p.next_try_at <= $2
      order by p.phase is null, p.wanted = 'removed', p.next_try_at, p.id limit 1`;
    const [row] = await this.database.query<Deployment>({ name: 'deployment-next', text, values: [destinationId, this.clock.now()] });
    return row;
  }

  /** After a run, without the lease: whoever found it taken meanwhile relies on this. */
  async planNext(destinationId: number): Promise<void> {
    const text = `select extract(epoch from min(next_try_at) - $2::timestamptz) * 1000 as pause from deployment where destination_id = $1 and next_try_at is not null`;
    const [row] = await this.database.query<{ pause: string | number | null }>({ name: 'deployment-plan', text, values: [destinationId, this.clock.now()] });
    if (row === undefined || row.pause === null) return;
    const pauseMs = Number(row.pause);
    await this.database.transaction((tx) => this.wake(tx, destinationId, pauseMs <= 0 ? null : pauseMs));
  }

  /** Destinations whose work was due a while ago and that nobody works at: their job was lost with its process. */
  async wakeLost(lateMs: number): Promise<number> {
    const text = `
      select distinct p.destination_id as id from deployment p left join destination_lease l on l.destination_id = p.destination_id and l.until > now()
      where p.next_try_at < $1 and l.destination_id is null limit 1000`;
    const lost = await this.database.query<{ id: number }>(text, [new Date(this.clock.now().getTime() - lateMs)]);
    for (const { id } of lost) await this.database.transaction((tx) => this.wake(tx, id, null));
    return lost.length;
  }

  /**
   * Writes down what is about to be done, or was.
   *
   * @throws AppError `conflict`, reason `deployment.lease_lost`, when somebody else works at the destination by now
   */
  async progress(tx: Sql, { id, destination_id }: Deployment, holder: string, changes: Progress): Promise<Deployment> {
    return this.write(tx, { id, destination_id }, holder, [`state = 'running'`], changes);
  }

  /** Ends a piece of work. What was asked for since the row had that version is done next. */
  async end(tx: Sql, { row: { id, destination_id }, version, holder }: Pick<Turn, 'row' | 'version' | 'holder'>, { state, nextTryMs }: Ending, changes: Progress): Promise<Deployment> {
    const isSame = `p.version = ${version}`;
    const next = nextTryMs === null ? 'null' : sqlTime(this.clock.now(), nextTryMs);
    const sets = [`state = case when ${isSame} then '${state}' else 'pending' end`, `next_try_at = case when ${isSame} then ${next} else ${sqlTime(this.clock.now())} end`];
    return this.write(tx, { id, destination_id }, holder, sets, changes);
  }

  /** Others that the destination called the same: it has them no longer. */
  replaced(tx: Sql, { id, destination_id, external_id }: Deployment, note: string): Promise<Deployment[]> {
    const text = `
      update deployment p set wanted = 'removed', state = 'removed', phase = null, is_held = false, ended_by = 'replaced', note = $4, next_try_at = null, removed_at = $5,
        version = p.version + 1, updated_at = $5
      where p.destination_id = $1 and p.external_id = $2 and p.is_held and p.id <> $3 returning ${deploymentColumns}`;
    return tx.query<Deployment>(text, [destination_id, external_id, id, note, this.clock.now()]);
  }

  private async write(tx: Sql, { id, destination_id }: Pick<Deployment, 'id' | 'destination_id'>, holder: string, sets: readonly string[], changes: Progress): Promise<Deployment> {
    const values: unknown[] = [id, destination_id, holder];
    const own = Object.entries(changes).map(([name, value]) => {
      values.push(name === 'proofs' || name === 'served_before' ? json(value) : value);
      return `${name} = $${values.length}`;
    });
    const text = `
      update deployment p set ${[...sets, ...own, `updated_at = ${sqlTime(this.clock.now())}`].join(', ')}
      where p.id = $1 and exists (select from destination_lease where destination_id = $2 and holder = $3::uuid and until > now())
      returning ${deploymentColumns}`;
    const [row] = await tx.query<Deployment>(text, values);
    if (row === undefined) throw new AppError('conflict', 'somebody else works at this destination by now', { reason: leaseLost });
    return row;
  }
}

export const leaseLost = 'deployment.lease_lost';

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
