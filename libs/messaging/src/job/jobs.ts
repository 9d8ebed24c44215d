import { EventEmitter } from 'node:events';
import { AppError, type Clock } from '@sifaka/kernel';
import type { ServiceName } from '@sifaka/contracts';
import { jobSchema, type Database, type Sql } from '@sifaka/database';
import {
  Logger as WorkerLogger,
  run,
  runMigrations,
  type ParsedCronItem,
  type Runner,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker';
import pg from 'pg';
import type { Log } from '../bus/log.js';
import { catchUp } from './catch-up.js';
import { cronItem, nextTick, singleRun } from './cron-schedule.js';
import { JobRun, type BoundJob } from './job-run.js';
import type { JobPayload } from './job.js';
import { WorkerPresence } from './worker-presence.js';

export interface AddJobOptions {
  /** Queue it within this transaction: it exists if and only if the change does. */
  tx?: Sql;
  /** Not before; default: now. */
  runAt?: Date;
  /** A second job with the same key replaces the first while that has not started. */
  jobKey?: string;
  /** Attempts before it stays failed; default 25, over about three days. */
  maxAttempts?: number;
}

export interface JobStatus {
  name: string;
  cron: string | null;
  lastStartedAt: Date | null;
  lastSuccessAt: Date | null;
  /** Of the last run, if that failed; without secrets. */
  lastError: string | null;
  lastErrorAt: Date | null;
  lastDurationMs: number | null;
  nextRunAt: Date | null;
}

interface JobsOptions {
  service: ServiceName;
  database: Database;
  /** The worker has connections of its own: requests never wait for jobs, nor jobs for requests. */
  databaseUrl: string;
  clock: Clock;
  log: Log;
}

/** Work of this service that happens later, again, or on a schedule. */
export class Jobs {
  private readonly bound = new Map<string, BoundJob>();
  private readonly crons = new Map<string, ParsedCronItem>();
  private readonly runs: JobRun;
  private pool: pg.Pool | undefined;
  private presence: WorkerPresence | undefined;
  private runner: Runner | undefined;
  private sweeper: NodeJS.Timeout | undefined;

  constructor(private readonly options: JobsOptions) {
    const { service, database, clock, log } = options;
    this.runs = new JobRun(service, database, clock, log);
  }

  /** @throws AppError `internal` for a name that no provider declares: that is a bug. */
  async add(name: string, payload: JobPayload = {}, { tx, runAt, jobKey, maxAttempts }: AddJobOptions = {}): Promise<void> {
    if (!this.bound.has(name)) throw new AppError('internal', 'internal error', { cause: new Error(`no provider declares job "${name}"`) });
    await this.enqueue(tx ?? this.options.database, { name, payload, queueName: null, runAt, jobKey, maxAttempts });
  }

  /** Queues a job for right now, unless it waits already. @throws AppError `not_found` for a name that no provider declares. */
  async runNow(name: string): Promise<void> {
    const bound = this.bound.get(name);
    if (bound === undefined) throw new AppError('not_found', `there is no job "${name}"`);
    await this.enqueue(this.options.database, { name, payload: {}, ...singleRun(name), maxAttempts: 1 });
  }

  /** Every declared job, and every event subscription that had a failure. */
  async status(): Promise<JobStatus[]> {
    const rows = await this.options.database.query<StatusRow>('select * from job_status order by name');
    const known = new Map(rows.map((row) => [row.name, row]));
    const names = [...new Set([...this.bound.keys(), ...known.keys()])].sort();
    const now = this.options.clock.now();
    return names.map((name) => this.statusOf(name, known.get(name), now));
  }

  /** Removes jobs that used up their attempts a month ago; their last error stays in the status. */
  async forgetFailed(): Promise<void> {
    await this.options.database.query(`
      delete from ${jobSchema(this.options.service)}._private_jobs
      where attempts >= max_attempts and locked_at is null and updated_at < now() - interval '30 days'`);
  }

  /** Prepares the queue's tables, then works on jobs until stopped. */
  async start(jobs: readonly BoundJob[]): Promise<void> {
    const { service, database, databaseUrl, clock, log } = this.options;
    this.declare(jobs);
    const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize, application_name: `sifaka-${service}-jobs` });
    pool.on('error', (error) => log.warn({ err: error }, 'a connection of the job queue broke'));
    const presence = new WorkerPresence(pool, database, service);
    const events: WorkerEvents = new EventEmitter();
    events.on('worker:create', ({ worker }) => presence.add(worker.workerId));
    this.pool = pool;
    this.presence = presence;
    const shared = {
      pgPool: pool,
      schema: jobSchema(service),
      logger: new WorkerLogger(() => (level, message) => relayLog(log, level, message)),
    };
    await runMigrations(shared);
    await catchUp(database, service, [...this.crons.values()], clock.now());
    this.runner = await run({
      ...shared,
      events,
      taskList: this.tasks(),
      parsedCronItems: [...this.crons.values()],
      concurrency,
      noHandleSignals: true,
      pollInterval: pollMs,
    });
    await this.sweep();
    this.sweeper = setInterval(() => void this.sweep(), sweepMs).unref();
  }

  /** Starts nothing more, gives what runs three seconds, then cuts it off; it will run again. */
  async stop(): Promise<void> {
    clearInterval(this.sweeper);
    const patience = setTimeout(() => this.runs.abortAll(), patienceMs);
    await this.runner?.stop().catch((error: unknown) => this.options.log.warn({ err: error }, 'job worker stopped uncleanly'));
    clearTimeout(patience);
    this.presence?.close();
    await this.pool?.end();
    this.presence = undefined;
    this.runner = undefined;
    this.pool = undefined;
  }

  private declare(jobs: readonly BoundJob[]): void {
    for (const entry of jobs) {
      const { name } = entry.job;
      if (this.bound.has(name)) throw new Error(`job "${name}" is declared twice`);
      this.bound.set(name, entry);
      const item = cronItem(entry.job);
      if (item !== undefined) this.crons.set(name, item);
    }
  }

  private async sweep(): Promise<void> {
    try {
      const workers = (await this.presence?.sweep()) ?? [];
      if (workers.length > 0) this.options.log.warn({ workers }, 'jobs of lost workers run again');
    } catch (error) {
      this.options.log.warn({ err: error }, 'could not look for lost workers');
    }
  }

  private async enqueue(sql: Sql, job: QueuedJob): Promise<void> {
    const text = `select from ${jobSchema(this.options.service)}.add_job(identifier => $1, payload => $2::json, queue_name => $3,
      run_at => $4::timestamptz, max_attempts => $5::int, job_key => $6, job_key_mode => 'replace')`;
    const { name, payload, queueName, runAt, maxAttempts, jobKey } = job;
    await sql.query({
      name: 'job-add',
      text,
      values: [name, JSON.stringify(payload), queueName, runAt ?? null, maxAttempts ?? null, jobKey ?? null],
    });
  }

  private statusOf(name: string, row: StatusRow | undefined, now: Date): JobStatus {
    const item = this.crons.get(name);
    return {
      name,
      cron: this.bound.get(name)?.job.cron ?? null,
      lastStartedAt: row?.last_started_at ?? null,
      lastSuccessAt: row?.last_success_at ?? null,
      lastError: row?.last_error ?? null,
      lastErrorAt: row?.last_error_at ?? null,
      lastDurationMs: row?.last_duration_ms ?? null,
      nextRunAt: item === undefined ? null : nextTick(item, now),
    };
  }

  private tasks(): TaskList {
    const entries = [...this.bound].map(([name, bound]) => [name, (payload: unknown) => this.runs.run(bound, asPayload(payload))] as const);
    return Object.fromEntries(entries);
  }
}

interface QueuedJob {
  name: string;
  payload: JobPayload;
  queueName: string | null;
  runAt?: Date | undefined;
  jobKey?: string | undefined;
  maxAttempts?: number | undefined;
}

interface StatusRow {
  name: string;
  last_started_at: Date | null;
  last_success_at: Date | null;
  last_error: string | null;
  last_error_at: Date | null;
  last_duration_ms: number | null;
}

const concurrency = 4;
/** One connection listens, one shows that this worker lives, the others fetch and finish jobs. */
const poolSize = 5;
/** New jobs announce themselves; polling finds those whose time has come. */
const pollMs = 2_000;
const sweepMs = 15_000;
const patienceMs = 3_000;

function asPayload(value: unknown): JobPayload {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Failed jobs are told by the run itself, with their trace; starts and stops of the worker interest nobody. */
function relayLog(log: Log, level: string, message: string): void {
  if (level === 'warning') log.warn({}, `job queue: ${message}`);
  if (level === 'error' && !message.startsWith('Failed task')) log.error({}, `job queue: ${message}`);
}
