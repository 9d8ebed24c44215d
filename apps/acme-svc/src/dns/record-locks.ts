import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import { Coalescer, LOGGER } from '@sifaka/runtime';
import type pg from 'pg';

/** One value of one name at one provider. */
interface LockedRecord {
  provider_id: number;
  name: string;
  value: string;
}

/**
 * One replica at a time writes to a name at a provider: many DNS interfaces can only read all values of a name and write them back. Within a
 * replica the plugin itself brings the values of one name together, so that these go at the same time; what happens to one and the same
 * value goes one after the other.
 *
 * The locks of a replica are advisory locks of one session: they cost one connection however many there are, and Postgres lets go of them
 * when the process dies. A session that breaks loses them all; what is under way then may meet a writer of another replica, which the
 * plugins' own care for foreign values covers.
 */
@Injectable()
export class RecordLocks implements OnApplicationShutdown {
  private readonly values = new Map<string, Promise<void>>();
  private readonly turns = new Map<string, Turn>();
  private session: Promise<pg.PoolClient> | undefined;
  /** The same, once it is open. */
  private current: pg.PoolClient | undefined;
  private readonly attempts = new Coalescer<string, Attempt>((keys) => this.lockAll(keys), together);
  private readonly ends = new Coalescer<Held, true>((all) => this.unlockAll(all), together);

  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws AppError `unavailable` when other replicas hold the name too long */
  async during<T>({ provider_id, name, value }: LockedRecord, work: () => Promise<T>): Promise<T> {
    const nameKey = `dns ${provider_id} ${name}`;
    const valueKey = `${nameKey} ${value}`;
    const before = this.values.get(valueKey) ?? Promise.resolve();
    const result = before.then(() => this.inTurn(nameKey, work));
    const done = result.then(nothing, nothing);
    this.values.set(valueKey, done);
    try {
      return await result;
    } finally {
      if (this.values.get(valueKey) === done) this.values.delete(valueKey);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    const session = await this.session?.catch(() => undefined);
    if (session !== undefined) this.drop(session);
  }

  private async inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = this.enter(key);
    try {
      await turn.isOurs;
      return await work();
    } finally {
      turn.users -= 1;
      if (turn.users === 0) void this.leave(key, turn);
    }
  }

  /** Joins the turn that is under way, or the next one when that has lasted long enough: other replicas wait as well. */
  private enter(key: string): Turn {
    const current = this.turns.get(key);
    if (current !== undefined && current.users > 0 && Date.now() < current.closesAt) {
      current.users += 1;
      return current;
    }
    const next = new Turn();
    next.isOurs = (current?.hasEnded ?? Promise.resolve()).then(async () => {
      next.session = await this.acquire(key);
      next.closesAt = Date.now() + turnMs;
    });
    this.turns.set(key, next);
    return next;
  }

  private async leave(key: string, turn: Turn): Promise<void> {
    if (turn.session !== undefined) await this.ends.add({ session: turn.session, key });
    turn.end();
    if (this.turns.get(key) === turn) this.turns.delete(key);
  }

  private async acquire(key: string): Promise<pg.PoolClient> {
    const giveUpAt = Date.now() + patienceMs;
    for (let waits = 0; ; waits++) {
      // Asked for again and again, not waited for: a waiting statement would hold up the session, and all other locks with it.
      const { session, isLocked } = await this.attempts.add(key);
      if (isLocked) return session;
      if (Date.now() > giveUpAt)
        throw new AppError('unavailable', `another writer of ${key.split(' ')[2] ?? ''} is busy for more than ${patienceMs / 1_000} s`, { reason: 'dns.busy' });
      await pause(Math.min(1_000, 50 * 1.5 ** waits) * (0.5 + Math.random()));
    }
  }

  private async lockAll(keys: readonly string[]): Promise<Attempt[]> {
    const session = await this.open();
    try {
      const { rows } = await session.query<{ key: string }>(lockSql, [keys]);
      const locked = new Set(rows.map(({ key }) => key));
      return keys.map((key) => ({ session, isLocked: locked.has(key) }));
    } catch (error) {
      // With the session go the locks that it may have got.
      this.drop(session);
      throw unreachable(error);
    }
  }

  private async unlockAll(all: readonly Held[]): Promise<true[]> {
    for (const session of new Set(all.map((held) => held.session))) {
      const keys = all.filter((held) => held.session === session).map(({ key }) => key);
      // A broken session has let go already.
      await session.query(unlockSql, [keys]).catch(nothing);
    }
    return all.map(() => true);
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
        this.drop(session);
      });
      this.current = session;
      return session;
    } catch (error) {
      this.session = undefined;
      throw unreachable(error);
    }
  }

  /** The next one who needs a lock opens another session. */
  private drop(session: pg.PoolClient): void {
    if (this.current !== session) return;
    this.current = undefined;
    this.session = undefined;
    session.release(true);
  }
}

/** A lock that a session has. */
interface Held {
  session: pg.PoolClient;
  key: string;
}

interface Attempt {
  session: pg.PoolClient;
  isLocked: boolean;
}

/** Names of many orders are locked and let go at once: what comes while a statement is on its way goes in the next one. */
const together = { maxItems: 100, maxRuns: 1 };

const unreachable = (cause: unknown) => new AppError('unavailable', 'the database cannot be reached', { reason: 'database.unreachable', cause });

/** The time in which a replica writes to a name. */
class Turn {
  users = 1;
  closesAt = Number.POSITIVE_INFINITY;
  isOurs: Promise<void> = Promise.resolve();
  session: pg.PoolClient | undefined;
  end: () => void = nothing;
  readonly hasEnded = new Promise<void>((resolve) => (this.end = resolve));
}

/** After it nobody joins a turn any more: long enough to gather what comes together, short for whoever waits elsewhere. */
const turnMs = 1_000;

/** Longer than a plugin may take for one change. */
const patienceMs = 120_000;

/** The keys that could be locked; a fence, so that each is tried once. */
const lockSql = `
  with tried as materialized (select key, pg_try_advisory_lock(hashtextextended(key, 0)) as locked from unnest($1::text[]) as key)
  select key from tried where locked`;
const unlockSql = 'select pg_advisory_unlock(hashtextextended(key, 0)) from unnest($1::text[]) as key';

function nothing(): void {
  // What became of it concerns whoever asked for it.
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
