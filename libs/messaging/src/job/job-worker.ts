import { EventEmitter } from 'node:events';
import { jobSchema } from '@sifaka/database';
import { Logger as WorkerLogger, runMigrations, runTaskList, type TaskList, type WorkerEvents, type WorkerPool } from 'graphile-worker';
import pg from 'pg';
import type { Log } from '../bus/log.js';
import type { CronTicker } from './cron-ticker.js';
import type { JobsOptions } from './jobs-options.js';
import { QueueClient } from './queue-client.js';
import { WorkerPresence } from './worker-presence.js';

/** Keeps a queue worker going: through outages of the database, and until it is stopped. */
export class JobWorker {
  private readonly pool: pg.Pool;
  private readonly presence: WorkerPresence;
  private readonly ticker: CronTicker;
  private runner: WorkerPool | undefined;
  private sweeper: NodeJS.Timeout | undefined;
  private relaunch: NodeJS.Timeout | undefined;
  private isStopping = false;

  constructor(
    private readonly options: JobsOptions,
    private readonly tasks: TaskList,
    ticker: CronTicker,
  ) {
    const { service, database, databaseUrl } = options;
    this.pool = new pg.Pool({ Client: QueueClient, connectionString: databaseUrl, max: poolSize(options), application_name: `sifaka-${service}-jobs` });
    // The worker tells of broken connections itself, and opens new ones.
    this.pool.on('error', () => undefined);
    this.presence = new WorkerPresence(this.pool, database, service);
    this.ticker = ticker;
  }

  async start(): Promise<void> {
    await runMigrations(this.shared());
    this.launch();
    await this.ticker.start();
    await this.sweep();
    this.sweeper = setInterval(() => void this.sweep(), sweepMs).unref();
  }

  /** Starts nothing more and waits for what runs. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.sweeper);
    clearTimeout(this.relaunch);
    this.ticker.stop();
    await this.end();
    this.presence.close();
    await this.pool.end();
  }

  private launch(): void {
    const events: WorkerEvents = new EventEmitter();
    events.on('worker:create', ({ worker }) => {
      this.presence.add(worker.workerId);
    });
    // A worker that cannot hand in its result ends, and nobody takes its place.
    events.on('worker:fatalError', () => {
      this.relaunchSoon();
    });
    // Not the queue's `run`, which adds schedules of its own: those end the process when the database is away at a tick.
    const concurrency = concurrencyOf(this.options);
    const options = { ...this.shared(), events, concurrency, noHandleSignals: true, pollInterval: pollMs };
    const runner = runTaskList(options, this.tasks, this.pool);
    runner.promise.catch(() => {
      this.relaunchSoon();
    });
    this.runner = runner;
  }

  private relaunchSoon(): void {
    if (this.isStopping || this.relaunch !== undefined) return;
    this.relaunch = setTimeout(() => void this.launchAgain(), relaunchMs);
  }

  private async launchAgain(): Promise<void> {
    await this.end();
    this.relaunch = undefined;
    this.launch();
  }

  private async end(): Promise<void> {
    const runner = this.runner;
    this.runner = undefined;
    // Rejects when it has ended by itself already.
    await runner?.gracefulShutdown().catch(() => undefined);
  }

  private async sweep(): Promise<void> {
    try {
      const workers = await this.presence.sweep();
      if (workers.length > 0) this.options.log.warn({ workers }, 'jobs of lost workers run again');
    } catch (error) {
      this.options.log.warn({ reason: reasonOf(error) }, 'could not look for lost workers');
    }
  }

  private shared() {
    const { service, log } = this.options;
    const logger = new WorkerLogger(() => (level, message) => {
      relayLog(log, level, message);
    });
    return { pgPool: this.pool, schema: jobSchema(service), logger };
  }
}

const concurrencyOf = ({ concurrency = 4 }: JobsOptions): number => concurrency;
/** One connection listens, one shows that this worker lives, the others fetch and finish jobs: a moment at either end of each. */
const poolSize = (options: JobsOptions): number => 4 + Math.ceil(concurrencyOf(options) / 4);
/** New jobs announce themselves; polling finds those whose time has come. */
const pollMs = 2_000;
const sweepMs = 15_000;
const relaunchMs = 2_000;

/** Failed jobs are told by the run itself, with their trace; starts and stops of the worker interest nobody. */
function relayLog(log: Log, level: string, message: string): void {
  // Jobs that mostly wait for others need no connection each.
  if (message.includes('smaller than concurrency')) return;
  if (level === 'warning') log.warn({}, `job queue: ${message}`);
  if (level === 'error' && !message.startsWith('Failed task')) log.error({}, `job queue: ${message}`);
}

/** Errors of the driver carry the whole connection with them: the words are enough. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
