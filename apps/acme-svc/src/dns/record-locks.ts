import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';
import type pg from 'pg';

/**
 * One writer at a time for each name at each provider, in this process and among all replicas: many DNS interfaces can only read all
 * values of a name and write them back.
 *
 * The locks of a process are advisory locks of one session: they cost one connection however many there are, and Postgres lets go of them
 * when the process dies. A session that breaks loses them all; what is under way then may meet a writer of another replica, which the
 * plugins' own care for foreign values covers.
 */
@Injectable()
export class RecordLocks implements OnApplicationShutdown {
  private readonly lines = new Map<string, Promise<void>>();
  private session: Promise<pg.PoolClient> | undefined;

  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws AppError `unavailable` when others hold it too long */
  async during<T>(providerId: number, recordName: string, work: () => Promise<T>): Promise<T> {
    const key = `dns ${providerId} ${recordName}`;
    const before = this.lines.get(key) ?? Promise.resolve();
    const turn = before.then(() => this.locked(key, work));
    const done = turn.then(nothing, nothing);
    this.lines.set(key, done);
    try {
      return await turn;
    } finally {
      if (this.lines.get(key) === done) this.lines.delete(key);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    const session = await this.session?.catch(() => undefined);
    this.session = undefined;
    session?.release(true);
  }

  private async locked<T>(key: string, work: () => Promise<T>): Promise<T> {
    const session = await this.acquire(key);
    try {
      return await work();
    } finally {
      // A broken session has let go already.
      await session.query(unlockSql, [key]).catch(nothing);
    }
  }

  private async acquire(key: string): Promise<pg.PoolClient> {
    const giveUpAt = Date.now() + patienceMs;
    for (let waits = 0; ; waits++) {
      const session = await this.open();
      // Asked for again and again, not waited for: a waiting statement would hold up the session, and all other locks with it.
      const { rows } = await session.query<{ locked: boolean }>(lockSql, [key]);
      if (rows[0]?.locked === true) return session;
      if (Date.now() > giveUpAt) throw new AppError('unavailable', `another writer of ${key.split(' ')[2] ?? ''} is busy for more than ${patienceMs / 1_000} s`, { reason: 'dns.busy' });
      await pause(Math.min(1_000, 50 * 1.5 ** waits) * (0.5 + Math.random()));
    }
  }

  private open(): Promise<pg.PoolClient> {
    this.session ??= this.connect();
    return this.session;
  }

  private async connect(): Promise<pg.PoolClient> {
    try {
      const session = await this.database.pool.connect();
      session.once('error', (error) => {
        this.logger.warn({ err: error }, 'the session of the DNS record locks broke');
        this.session = undefined;
        session.release(true);
      });
      return session;
    } catch (error) {
      this.session = undefined;
      throw new AppError('unavailable', 'the database cannot be reached', { reason: 'database.unreachable', cause: error });
    }
  }
}

/** Longer than a plugin may take for one change. */
const patienceMs = 120_000;

const lockSql = 'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked';
const unlockSql = 'select pg_advisory_unlock(hashtextextended($1, 0))';

const nothing = (): void => undefined;

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
