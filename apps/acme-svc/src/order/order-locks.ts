import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import type pg from 'pg';

/** An order in the hands of this process. */
export interface OrderLock {
  /** Aborts when the lock may have been lost. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/**
 * Lets one process at a time work on an order: an advisory lock of a database session, which ends with the process however that ends.
 *
 * All locks of a process are of one session. If that breaks, the locks are free for others, and everything that relied on them is told.
 */
@Injectable()
export class OrderLocks implements OnModuleInit, OnApplicationShutdown {
  private session: Promise<Session> | undefined;

  constructor(private readonly database: Database) {}

  onModuleInit(): void {
    const { max } = this.database.pool.options;
    if (max >= fewestConnections) return;
    throw new AppError('failed_precondition', `SIFAKA_DATABASE_POOL_SIZE is ${max}: acme-svc needs ${fewestConnections}, because it holds locks in two of them`, { reason: 'order.pool_too_small' });
  }

  /** Undefined when somebody has it; waits for a moment, because who has it may be about to leave. */
  async take(orderId: number): Promise<OrderLock | undefined> {
    for (let tries = 0; tries < triesForBusy; tries++) {
      if (tries > 0) await new Promise((resolve) => setTimeout(resolve, busyMs));
      const session = await this.opened();
      if (await session.lock(orderId)) return { signal: session.signal, release: () => session.unlock(orderId) };
    }
    return undefined;
  }

  /** Waits for the runs that are in hand: the queue ends them, or cuts them off. */
  async onApplicationShutdown(): Promise<void> {
    const session = await this.session?.catch(() => undefined);
    for (let tries = 0; tries < triesForQuiet && session?.isUsed === true; tries++) await new Promise((resolve) => setTimeout(resolve, busyMs));
    session?.close();
  }

  private opened(): Promise<Session> {
    this.session ??= this.open();
    return this.session;
  }

  private async open(): Promise<Session> {
    try {
      const client = await this.database.pool.connect();
      const session = new Session(client);
      session.signal.addEventListener('abort', () => (this.session = undefined), { once: true });
      return session;
    } catch (error) {
      this.session = undefined;
      throw error;
    }
  }
}

/** One holds locks of orders, one of DNS names. */
const fewestConnections = 4;
const triesForBusy = 10;
const triesForQuiet = 100;
const busyMs = 60;
/** Advisory locks with two numbers: the first says what of. */
const lockClass = `hashtext('acme.order')`;

class Session {
  private readonly own = new Set<number>();
  private readonly lost = new AbortController();
  private last: Promise<unknown> = Promise.resolve();
  readonly signal = this.lost.signal;

  constructor(private readonly client: pg.PoolClient) {
    client.on('error', () => this.end());
    client.on('end', () => this.end());
  }

  get isUsed(): boolean {
    return this.own.size > 0;
  }

  /** A session may take its own lock again: what this process has is remembered here. */
  async lock(orderId: number): Promise<boolean> {
    if (this.own.has(orderId)) return false;
    this.own.add(orderId);
    try {
      if (await this.ask(`select pg_try_advisory_lock(${lockClass}, $1) as has`, orderId)) return true;
      this.own.delete(orderId);
      return false;
    } catch (error) {
      this.own.delete(orderId);
      this.end();
      throw error;
    }
  }

  async unlock(orderId: number): Promise<void> {
    try {
      if (!this.signal.aborted) await this.ask(`select pg_advisory_unlock(${lockClass}, $1) as has`, orderId);
    } catch {
      // Whether it is free is not known: without the session it is.
      this.end();
    } finally {
      this.own.delete(orderId);
    }
  }

  close(): void {
    this.end();
  }

  /** One statement after the other: the connection is shared by all runs. */
  private ask(text: string, orderId: number): Promise<boolean> {
    const asked = this.last.then(() => this.client.query<{ has: boolean }>(text, [orderId])).then(({ rows }) => rows[0]?.has === true);
    this.last = asked.catch(() => undefined);
    return asked;
  }

  private end(): void {
    if (this.signal.aborted) return;
    this.lost.abort();
    this.client.release(true);
  }
}
