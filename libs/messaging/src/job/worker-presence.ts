import { jobSchema, type Database } from '@sifaka/database';
import type { ServiceName } from '@sifaka/contracts';
import type pg from 'pg';

/**
 * Tells living workers from lost ones and frees the jobs of the lost. The queue itself would wait four hours for them.
 *
 * Each worker's id is an advisory lock of a connection that lives as long as the process. A holder of jobs whose lock is free,
 * twice in a row (a broken connection is mended in between), is gone.
 */
export class WorkerPresence {
  private readonly own = new Set<string>();
  private suspects = new Set<string>();
  private client: pg.PoolClient | undefined;

  constructor(
    private readonly pool: pg.Pool,
    private readonly database: Database,
    private readonly service: ServiceName,
  ) {}

  add(workerId: string): void {
    this.own.add(workerId);
  }

  /** Call every few seconds. Returns the workers whose jobs were freed. */
  async sweep(): Promise<string[]> {
    await this.announce();
    const schema = jobSchema(this.service);
    const rows = await this.database.query<{ worker: string }>(`
      with holders as materialized (select distinct locked_by as worker from ${schema}.jobs where locked_by is not null)
      select worker from holders where pg_try_advisory_xact_lock(${lockClass}, hashtext(worker))`);
    const missing = rows.map(({ worker }) => worker).filter((worker) => !this.own.has(worker));
    const lost = missing.filter((worker) => this.suspects.has(worker));
    this.suspects = new Set(missing);
    if (lost.length > 0) await this.free(lost);
    return lost;
  }

  close(): void {
    this.client?.release(true);
    this.client = undefined;
  }

  /** What died with its worker did not fail: it gets another attempt, unless it is what kills its workers. One that was replaced meanwhile has lost its key. */
  private async free(lost: readonly string[]): Promise<void> {
    const schema = jobSchema(this.service);
    await this.database.query(
      `with again as (
         update ${schema}._private_jobs set max_attempts = max_attempts + 1
         where locked_by = any($1::text[]) and key is not null and max_attempts < ${mostTakenUp} returning 1
       )
       select count(*) from again`,
      [lost],
    );
    await this.database.query(`select ${schema}.force_unlock_workers($1::text[])`, [lost]);
  }

  private async announce(): Promise<void> {
    if (this.client === undefined) {
      const client = await this.pool.connect();
      // A connection that the server ends reports twice: that it was told to, and that it is gone.
      client.on('error', () => {
        if (this.client !== client) return;
        this.client = undefined;
        client.release(true);
      });
      this.client = client;
    }
    // A lock that its session holds already is taken once more, which is harmless; a mended session takes all anew.
    await this.client.query(`select pg_try_advisory_lock(${lockClass}, hashtext(id)) from unnest($1::text[]) id`, [[...this.own]]);
  }
}

const mostTakenUp = 10;
const lockClass = "hashtext('sifaka.job-worker')";
