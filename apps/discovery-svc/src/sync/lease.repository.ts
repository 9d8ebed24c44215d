import { Injectable } from '@nestjs/common';
import type { SyncCounts } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { resumedCounts } from './counts.js';

/** A run in the hands of this process. */
export interface LeasedRun {
  id: number;
  source_id: number;
  worker: string;
  /** For the first time. */
  started_at: Date;
  counts: SyncCounts;
  checkpoint_counts: SyncCounts;
  checkpoint_finding_id: number;
  cursor: string | null;
  hides_everything: boolean;
  hidden_scopes: string[];
  resumptions: number;
  stalls: number;
}

/** What a run has come to, as far as it is kept. */
export interface RunMark {
  counts: SyncCounts;
  hidesEverything: boolean;
  hiddenScopes: readonly string[];
}

export interface RunEnd {
  state: 'succeeded' | 'partial' | 'failed';
  error: string | null;
  isComplete: boolean;
}

/** How long a run is left to who has it without a sign of life; four signs are given in that time. */
export const leaseMs = 30_000;

/**
 * Gives runs to workers. Whoever has one writes nothing but together with a check that it is his still: a worker that was
 * believed dead, and is not, changes nothing.
 */
@Injectable()
export class LeaseRepository {
  constructor(private readonly database: Database) {}

  /** The next run that waits, was interrupted, or whose worker is gone. */
  async claim(worker: string): Promise<LeasedRun | undefined> {
    const [run] = await this.database.query<LeasedRun>(
      `update sync_run set worker = $1, lease_until = now() + make_interval(secs => $2), state = 'running', started_at = coalesce(started_at, now()),
         resumptions = resumptions + (state <> 'queued')::int, stalls = stalls + (state <> 'queued')::int
       where id = (select id from sync_run where state in ('queued', 'running', 'interrupted') and coalesce(lease_until <= now(), true) order by id limit 1 for update skip locked)
       returning ${columns}`,
      [worker, leaseMs / 1_000],
    );
    if (run === undefined || run.resumptions === 0) return run;
    return this.rewind(run);
  }

  /** False: it is somebody else's by now. */
  async extend({ id, worker }: LeasedRun): Promise<boolean> {
    const text = 'update sync_run set lease_until = now() + make_interval(secs => $3) where id = $1 and worker = $2 and state = \'running\' returning id';
    return (await this.database.query({ name: 'lease-extend', text, values: [id, worker, leaseMs / 1_000] })).length > 0;
  }

  /** Notes where the run is, and makes sure that it is this worker's. @throws AppError `conflict`, reason `sync.lease_lost` */
  async mark(tx: Sql, { id, worker }: LeasedRun, { counts, hidesEverything, hiddenScopes }: RunMark): Promise<void> {
    const text = `update sync_run set counts = $3, hides_everything = $4, hidden_scopes = $5, lease_until = now() + make_interval(secs => $6)
      where id = $1 and worker = $2 and state = 'running' returning id`;
    const kept = await tx.query({ name: 'lease-mark', text, values: [id, worker, JSON.stringify(counts), hidesEverything, hiddenScopes, leaseMs / 1_000] });
    if (kept.length === 0) throw leaseLost();
  }

  /** All before was taken over: a run that is cut off goes on from here. */
  async checkpoint(tx: Sql, { id, worker }: LeasedRun, cursor: string): Promise<void> {
    const text = `update sync_run set cursor = $3, checkpoint_counts = counts, stalls = 0,
        checkpoint_finding_id = coalesce((select max(f.id) from finding f where f.run_id = $1), 0)
      where id = $1 and worker = $2 returning id`;
    if ((await tx.query({ name: 'lease-checkpoint', text, values: [id, worker, cursor] })).length === 0) throw leaseLost();
  }

  /** Somebody may take it up again after a while; a stop says nothing against the run. */
  async interrupt({ id, worker }: LeasedRun, { afterMs, isStall }: { afterMs: number; isStall: boolean }): Promise<void> {
    await this.database.query(
      `update sync_run set state = 'interrupted', worker = null, lease_until = now() + make_interval(secs => $3), stalls = stalls - $4::int
       where id = $1 and worker = $2 and state = 'running'`,
      [id, worker, afterMs / 1_000, isStall ? 0 : 1],
    );
  }

  /** @throws AppError `conflict`, reason `sync.lease_lost` */
  async finish(tx: Sql, { id, worker }: LeasedRun, { state, error, isComplete }: RunEnd): Promise<void> {
    const ended = await tx.query(
      `update sync_run set state = $3, error = $4, is_complete = $5, finished_at = now(), worker = null, lease_until = null where id = $1 and worker = $2 and state = 'running' returning id`,
      [id, worker, state, error, isComplete],
    );
    if (ended.length === 0) throw leaseLost();
    await tx.query('delete from sync_progress where run_id = $1', [id]);
    await tx.query('delete from staged_endpoint where run_id = $1', [id]);
  }

  /** What comes once more after the last checkpoint is counted and noted once. */
  private async rewind(run: LeasedRun): Promise<LeasedRun> {
    const counts = resumedCounts(run.checkpoint_counts, run.counts);
    await this.database.transaction(async (tx) => {
      await this.mark(tx, run, { counts, hidesEverything: run.hides_everything, hiddenScopes: run.hidden_scopes });
      await tx.query('delete from finding where run_id = $1 and id > $2', [run.id, run.checkpoint_finding_id]);
    });
    return { ...run, counts };
  }
}

export const leaseLost = (): AppError => new AppError('conflict', 'another replica has taken this run over', { reason: 'sync.lease_lost' });

const columns = 'id, source_id, worker, started_at, counts, checkpoint_counts, checkpoint_finding_id, cursor, hides_everything, hidden_scopes, resumptions, stalls';
