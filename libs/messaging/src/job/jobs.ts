import type { TaskReport } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { jobSchema, type Sql } from '@sifaka/database';
import type { ParsedCronItem, TaskList } from 'graphile-worker';
import { cronItem, nextTick, singleRun } from './cron-schedule.js';
import { JobRun, type BoundJob } from './job-run.js';
import { JobWorker } from './job-worker.js';
import type { JobsOptions } from './jobs-options.js';
import type { JobPayload } from './job.js';

export interface AddJobOptions {
  /** Queue it within this transaction: it exists if and only if the change does. */
  tx?: Sql;
  /** Not before; default: now. */
  runAt?: Date;
  /** A second job with the same key replaces the first while that has not started. */
  jobKey?: string;
  /** One with the same key that waits already keeps its time: somebody else knows better when it is due. */
  keepsTime?: boolean;
  /** Attempts before it stays failed; default 25, over about three days. */
  maxAttempts?: number;
}

export interface JobStatus {
  name: string;
  /** What it does; null for work of the house, whose name says enough. */
  summary: string | null;
  /** Null: only when asked. */
  cron: string | null;
  /** False: the configuration switched its schedule off. */
  isEnabled: boolean;
  timeLimitMs: number;
  isRunning: boolean;
  lastStartedAt: Date | null;
  lastSuccessAt: Date | null;
  /** Of the last run, if that failed; without secrets. */
  lastError: string | null;
  lastErrorAt: Date | null;
  lastDurationMs: number | null;
  nextRunAt: Date | null;
  /** What the last run that succeeded reported. */
  lastReport: TaskReport | null;
}

/** Work of this service that happens later, again, or on a schedule. */
export class Jobs {
  private readonly bound = new Map<string, BoundJob>();
  private readonly crons = new Map<string, ParsedCronItem>();
  private readonly runs: JobRun;
  private worker: JobWorker | undefined;

  constructor(private readonly options: JobsOptions) {
    const { service, database, clock, log } = options;
    this.runs = new JobRun(service, database, clock, log);
  }

  /** @throws AppError `internal` for a name that no provider declares: that is a bug. */
  async add(name: string, payload: JobPayload = {}, { tx, runAt, jobKey, keepsTime, maxAttempts }: AddJobOptions = {}): Promise<void> {
    if (!this.bound.has(name)) throw new AppError('internal', 'internal error', { cause: new Error(`no provider declares job "${name}"`) });
    await this.enqueue(tx ?? this.options.database, { name, payload, queueName: null, runAt, jobKey, keepsTime, maxAttempts });
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
    this.declare(jobs);
    this.worker = new JobWorker(this.options, this.tasks(), [...this.crons.values()]);
    await this.worker.start();
  }

  /** Starts nothing more, gives what runs this long, then cuts it off; it will run again. */
  async stop(limitMs = patienceMs): Promise<void> {
    const patience = setTimeout(() => {
      this.runs.abortAll();
    }, limitMs);
    await this.worker?.stop();
    this.worker = undefined;
    clearTimeout(patience);
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

  private async enqueue(sql: Sql, job: QueuedJob): Promise<void> {
    const text = `select from ${jobSchema(this.options.service)}.add_job(identifier => $1, payload => $2::json, queue_name => $3,
      run_at => $4::timestamptz, max_attempts => $5::int, job_key => $6, job_key_mode => $7)`;
    const { name, payload, queueName, runAt, maxAttempts, jobKey, keepsTime = false } = job;
    await sql.query({
      name: 'job-add',
      text,
      values: [name, JSON.stringify(payload), queueName, runAt ?? null, maxAttempts ?? null, jobKey ?? null, keepsTime ? 'preserve_run_at' : 'replace'],
    });
  }

  private statusOf(name: string, row: StatusRow | undefined, now: Date): JobStatus {
    const item = this.crons.get(name);
    return {
      name,
      summary: null,
      isEnabled: true,
      timeLimitMs: this.bound.get(name)?.job.timeLimitMs ?? 0,
      isRunning: false,
      lastReport: null,
      cron: this.bound.get(name)?.job.cron ?? null,
      lastStartedAt: row?.last_started_at ?? null,
      lastSuccessAt: row?.last_success_at ?? null,
      lastError: row?.last_error ?? null,
      lastErrorAt: row?.last_error_at ?? null,
      lastDurationMs: row?.last_duration_ms ?? null,
      // Between the tick and its note the row is behind.
      nextRunAt: item === undefined ? null : (later(row?.next_run_at, now) ?? nextTick(item, now)),
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
  keepsTime?: boolean | undefined;
  maxAttempts?: number | undefined;
}

interface StatusRow {
  name: string;
  last_started_at: Date | null;
  last_success_at: Date | null;
  last_error: string | null;
  last_error_at: Date | null;
  last_duration_ms: number | null;
  next_run_at: Date | null;
}

const patienceMs = 3_000;

function later(at: Date | null | undefined, now: Date): Date | undefined {
  return at !== null && at !== undefined && at > now ? at : undefined;
}

function asPayload(value: unknown): JobPayload {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
