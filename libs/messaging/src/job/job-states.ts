import { taskFailed, taskSucceeded, type ServiceName, type TaskReport } from '@sifaka/contracts';
import { jobSchema, type Database } from '@sifaka/database';
import { newEvent, type NewEvent } from '../event/cloud-event.js';
import type { Outbox, OutboxRows } from '../event/outbox.js';
import type { RunEnd, RunFacts } from './job-metrics.js';
import type { TaskTrigger } from './job.js';

/** What is known of the runs of a job. */
export interface JobState {
  name: string;
  last_started_at: Date | null;
  last_trigger: TaskTrigger | null;
  last_success_at: Date | null;
  last_ended_at: Date | null;
  is_dry_run: boolean;
  last_error: string | null;
  last_error_at: Date | null;
  last_duration_ms: number | null;
  report: TaskReport | null;
}

/** Keeps what jobs did last, and tells others how tasks went, in one statement each. */
export class JobStates {
  constructor(
    private readonly service: ServiceName,
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  all(): Promise<JobState[]> {
    return this.database.query<JobState>(
      'select name, last_started_at, last_trigger, last_success_at, last_ended_at, is_dry_run, last_error, last_error_at, last_duration_ms, report from job_status order by name',
    );
  }

  /** Names of the jobs that some replica works on. The queue's own lock says so: it does not outlive its process for long. */
  async running(): Promise<Set<string>> {
    const rows = await this.database.query<{ name: string }>(`
      select distinct task_identifier as name from ${jobSchema(this.service)}.jobs
      left join job_status on name = task_identifier where locked_at is not null and ended_run is distinct from id`);
    return new Set(rows.map(({ name }) => name));
  }

  /** Whether a run with this key goes on, and how many of the job wait. */
  async queued(job: string, key: string): Promise<{ runs: boolean; waiting: number }> {
    const text = `
      select coalesce(bool_or(key = $2 and locked_at is not null and ended_run is distinct from id), false) as runs,
        count(*) filter (where key <> $2 and locked_at is null and attempts < max_attempts)::int as waiting
      from ${jobSchema(this.service)}.jobs left join job_status on name = task_identifier where task_identifier = $1`;
    const [found] = await this.database.query<{ runs: boolean; waiting: number }>({ name: 'job-queued', text, values: [job, key] });
    return found ?? { runs: false, waiting: 0 };
  }

  async started({ id, job, startedAt, trigger }: RunFacts): Promise<void> {
    const text = `
      insert into job_status (name, last_started_at, last_trigger) values ($1, $2, $3)
      on conflict (name) do update set last_started_at = excluded.last_started_at, last_trigger = excluded.last_trigger, ended_run = nullif(job_status.ended_run, $4::bigint)`;
    await this.database.query({ name: 'job-started', text, values: [job, startedAt, trigger, id] });
  }

  /** A dry run by request is on record like any other, but no success: the work is as undone as before, and its alarm must go on. */
  async succeeded(run: RunFacts, { at, durationMs }: RunEnd, report: TaskReport): Promise<void> {
    const { ids, subjects, payloads } = this.told(run, () => newEvent(taskSucceeded, { ...this.facts(run, durationMs), report }, this.options(run, at)));
    const text = `${tellSql}
      update job_status set last_success_at = case when $9 then last_success_at else $5 end, last_ended_at = $5, is_dry_run = $9, last_duration_ms = $6, last_error = null, last_error_at = null, report = $7::jsonb, ended_run = $8 where name = $4`;
    const kept = run.isTask ? JSON.stringify(report) : null;
    await this.database.query({ name: 'job-succeeded', text, values: [ids, subjects, payloads, run.job, at, durationMs, kept, run.id, run.isDryRun] });
  }

  /** @param isTold false for what failed through no fault of its own, and runs again */
  async failed(run: RunFacts, { at, durationMs, error: reason }: RunEnd, isTold: boolean): Promise<void> {
    const error = reason ?? '';
    const isSaid = { ...run, isTask: run.isTask && isTold };
    const { ids, subjects, payloads } = this.told(isSaid, () => newEvent(taskFailed, { ...this.facts(run, durationMs), error }, this.options(run, at)));
    const text = `${tellSql}
      update job_status set last_error = $5, last_error_at = $6, last_ended_at = $6, is_dry_run = $9, last_duration_ms = $7, ended_run = $8 where name = $4`;
    await this.database.query({ name: 'job-failed', text, values: [ids, subjects, payloads, run.job, error, at, durationMs, run.id, run.isDryRun] });
  }

  /** Where dashboards read when a schedule comes next. */
  async noteNext(ticks: readonly { name: string; at: Date | null }[]): Promise<void> {
    if (ticks.length === 0) return;
    const text = `
      insert into job_status (name, next_run_at) select * from unnest($1::text[], $2::timestamptz[])
      on conflict (name) do update set next_run_at = excluded.next_run_at`;
    await this.database.query(text, [ticks.map(({ name }) => name), ticks.map(({ at }) => at)]);
  }

  /** A stop is no failure: the run that it cut off has as many attempts left as before. */
  async giveBackAttempt(jobId: string): Promise<void> {
    await this.database.query(`update ${jobSchema(this.service)}._private_jobs set attempts = greatest(attempts - 1, 0) where id = $1`, [jobId]);
  }

  private told(run: RunFacts, event: () => NewEvent): OutboxRows {
    return run.isTask ? this.outbox.rows([event()]) : nothing;
  }

  private facts({ job, startedAt }: RunFacts, durationMs: number) {
    return { name: job, service: this.service, startedAt: startedAt.toISOString(), durationMs };
  }

  private options(run: RunFacts, at: Date) {
    return { at, subject: run.job, service: this.service };
  }
}

const nothing: OutboxRows = { ids: [], subjects: [], payloads: [] };

const tellSql = `
  with told as (insert into outbox (id, subject, payload) select * from unnest($1::uuid[], $2::text[], $3::jsonb[]))`;
