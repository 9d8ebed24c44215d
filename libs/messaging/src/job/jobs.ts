import type { TaskArguments, TaskReport } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { jobSchema, type Sql } from '@sifaka/database';
import type { ParsedCronItem, Task, TaskList } from 'graphile-worker';
import { configured } from './configured-job.js';
import { cronItem, nextTick, requestedRun, singleRun } from './cron-schedule.js';
import { CronTicker } from './cron-ticker.js';
import { JobRun, type BoundJob } from './job-run.js';
import { JobStates, type JobState } from './job-states.js';
import { JobWorker } from './job-worker.js';
import type { JobsOptions } from './jobs-options.js';
import type { JobPayload, TaskTrigger } from './job.js';
import { checkArguments } from './task-arguments.js';

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
  lastTrigger: TaskTrigger | null;
  /** When its work was last done; a dry run by request does none. */
  lastSuccessAt: Date | null;
  /** When the last run ended, whatever it was. */
  lastEndedAt: Date | null;
  /** The last run that ended was a dry run by request. */
  isDryRun: boolean;
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
  private readonly bound = new Map<string, KnownJob>();
  private readonly crons = new Map<string, ParsedCronItem>();
  private readonly states: JobStates;
  private readonly runs: JobRun;
  private worker: JobWorker | undefined;

  constructor(private readonly options: JobsOptions) {
    const { service, database, outbox, clock, log } = options;
    this.states = new JobStates(service, database, outbox);
    this.runs = new JobRun({ service, states: this.states, clock, log });
  }

  /** @throws AppError `internal` for a name that no provider declares: that is a bug. */
  async add(name: string, payload: JobPayload = {}, { tx, runAt, jobKey, keepsTime, maxAttempts }: AddJobOptions = {}): Promise<void> {
    if (!this.bound.has(name)) throw new AppError('internal', 'internal error', { cause: new Error(`no provider declares job "${name}"`) });
    await this.enqueue(tx ?? this.options.database, { name, payload, queueName: null, runAt, jobKey, keepsTime, maxAttempts });
  }

  /**
   * Queues a job for right now. One that was asked for with the same arguments and waits or runs already is not doubled.
   *
   * @throws AppError `not_found` for a name that no provider declares, `invalid_argument` for arguments that it does not take or cannot do
   * without, `failed_precondition` when too many runs of it wait
   */
  async runNow(name: string, args: TaskArguments = {}): Promise<void> {
    const bound = this.bound.get(name);
    if (bound === undefined) throw new AppError('not_found', `there is no job "${name}"`);
    checkArguments(bound.job, args);
    const once = { name, maxAttempts: 1 };
    if (bound.job.task === undefined) return this.enqueue(this.options.database, { ...once, payload: {}, ...singleRun(name) });
    const run = requestedRun(name, args);
    const { runs, waiting } = await this.states.queued(name, run.jobKey);
    if (runs) return;
    if (waiting >= mostWaiting) throw new AppError('failed_precondition', `${waiting} runs of ${name} wait already, at most ${mostWaiting} may: try again when they are done`, { reason: 'task.too_many' });
    await this.enqueue(this.options.database, { ...once, payload: { trigger: 'request', arguments: args }, ...run });
  }

  /** Every declared job, and every event subscription that had a failure. */
  async status(): Promise<JobStatus[]> {
    const [states, running] = await Promise.all([this.states.all(), this.states.running()]);
    const known = new Map(states.map((state) => [state.name, state]));
    const events = [...known.keys()].filter((name) => name.startsWith('event:'));
    const now = this.options.clock.now();
    return [...this.bound.keys(), ...events].sort().map((name) => ({ ...this.declared(name, now), ...past(known.get(name)), isRunning: running.has(name) }));
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
    this.worker = new JobWorker(this.options, this.tasks(), new CronTicker(this.options, [...this.crons.values()], this.states));
    await this.worker.start();
  }

  /**
   * Starts nothing more, gives what runs this long, then cuts it off; it will run again.
   *
   * @param lingerMs how long what was cut off may take to come to its end before it is left behind
   */
  async stop(limitMs = patienceMs, lingerMs = limitMs / 2): Promise<void> {
    const patience = setTimeout(() => {
      this.runs.abortAll();
    }, limitMs);
    const linger = setTimeout(() => {
      this.runs.leaveAll();
    }, limitMs + lingerMs);
    await this.worker?.stop();
    this.worker = undefined;
    clearTimeout(patience);
    clearTimeout(linger);
  }

  private declare(jobs: readonly BoundJob[]): void {
    for (const { job: declared, self } of jobs) {
      const { name } = declared;
      if (this.bound.has(name)) throw new Error(`job "${name}" is declared twice`);
      if (declared.task !== undefined && declared.task.service !== this.options.service) throw new Error(`task "${name}" belongs to ${declared.task.service}`);
      const { job, isEnabled } = configured(declared, this.options.tasks ?? {});
      this.bound.set(name, { job, self, isEnabled });
      const item = cronItem(job);
      if (item !== undefined) this.crons.set(name, item);
    }
  }

  private async enqueue(sql: Sql, job: QueuedJob): Promise<void> {
    const { name, payload, queueName, runAt, maxAttempts, jobKey, keepsTime = false } = job;
    await sql.query({
      name: 'job-add',
      text: addSql(jobSchema(this.options.service)),
      values: [name, JSON.stringify(payload), queueName, runAt ?? null, this.options.clock.now(), maxAttempts ?? null, jobKey ?? null, keepsTime ? 'preserve_run_at' : 'replace'],
    });
  }

  private declared(name: string, now: Date) {
    const known = this.bound.get(name);
    const item = this.crons.get(name);
    return {
      name,
      summary: known?.job.task?.summary ?? null,
      cron: known?.job.cron ?? null,
      isEnabled: known?.isEnabled ?? true,
      timeLimitMs: known?.job.timeLimitMs ?? 0,
      nextRunAt: item === undefined ? null : nextTick(item, now),
    };
  }

  private tasks(): TaskList {
    return Object.fromEntries([...this.bound].map(([name, bound]): [string, Task] => [name, (payload, { job }) => this.runs.run(bound, asPayload(payload), job.id)]));
  }
}

interface KnownJob extends BoundJob {
  isEnabled: boolean;
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

/**
 * The queue goes by the clock of the database. A service whose own clock is set otherwise means a time that is as far ahead of its own
 * present; a few seconds of difference are what clocks have.
 */
const addSql = (schema: string) => `
  select from (select clock_timestamp() - $5::timestamptz as ahead) clock,
    lateral ${schema}.add_job(identifier => $1, payload => $2::json, queue_name => $3,
      run_at => $4::timestamptz + case when abs(extract(epoch from clock.ahead)) < 5 then interval '0' else clock.ahead end,
      max_attempts => $6::int, job_key => $7, job_key_mode => $8) added`;

/** Runs of one task that wait, each with other arguments. */
const mostWaiting = 100;

const patienceMs = 3_000;

function past(state: JobState | undefined) {
  return {
    lastStartedAt: state?.last_started_at ?? null,
    lastTrigger: state?.last_trigger ?? null,
    lastSuccessAt: state?.last_success_at ?? null,
    lastEndedAt: state?.last_ended_at ?? null,
    isDryRun: state?.is_dry_run ?? false,
    lastError: state?.last_error ?? null,
    lastErrorAt: state?.last_error_at ?? null,
    lastDurationMs: state?.last_duration_ms ?? null,
    lastReport: state?.report ?? null,
  };
}

function asPayload(value: unknown): JobPayload {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
