import { AppError, isAppError, toAppError, type Clock } from '@sifaka/kernel';
import type { ServiceName } from '@sifaka/contracts';
import type { Database } from '@sifaka/database';
import { currentTraceId, inSpan } from '@sifaka/observability';
import type { Log } from '../bus/log.js';
import { backgroundCall } from '../rpc/background-call.js';
import { runInCall } from '../rpc/call-context.js';
import { jobDuration, jobSuccess } from './job-metrics.js';
import type { JobDefinition, JobPayload } from './job.js';

/** A job together with the instance it is called on. */
export interface BoundJob {
  job: JobDefinition;
  self: object;
}

/** Runs jobs within their limits and keeps their last state in `job_status`. */
export class JobRun {
  private readonly running = new Set<AbortController>();

  constructor(
    private readonly service: ServiceName,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** @throws whatever the job threw, or AppError `unavailable` when it was cut off. */
  async run({ job, self }: BoundJob, payload: JobPayload): Promise<void> {
    const controller = new AbortController();
    this.running.add(controller);
    const timer = setTimeout(() => controller.abort(cutOff(`${job.name} took longer than ${job.timeLimitMs} ms`)), job.timeLimitMs);
    const startedAt = this.clock.now();
    try {
      await inSpan(`job ${job.name}`, { kind: 'consumer' }, async () => {
        await this.started(job.name, startedAt);
        const call = backgroundCall(this.service, new Date(startedAt.getTime() + job.timeLimitMs), controller.signal);
        try {
          // A job that does not listen to its signal is left behind: its result no longer counts.
          await Promise.race([runInCall(call, () => job.run(self, payload, { signal: controller.signal, trigger: payload.trigger === 'request' ? 'request' : 'schedule' })), aborted(controller.signal)]);
          await this.succeeded(job.name, startedAt);
        } catch (error) {
          this.log.error({ err: error, job: job.name }, 'job failed');
          await this.failed(job.name, startedAt, describe(error));
          throw error;
        }
      });
    } finally {
      clearTimeout(timer);
      this.running.delete(controller);
    }
  }

  /** Cuts off what runs: the service stops. */
  abortAll(): void {
    for (const controller of this.running) controller.abort(cutOff('the service stops'));
  }

  private async started(name: string, at: Date): Promise<void> {
    const text = `
      insert into job_status (name, last_started_at) values ($1, $2)
      on conflict (name) do update set last_started_at = excluded.last_started_at`;
    await this.database.query({ name: 'job-started', text, values: [name, at] });
  }

  private async succeeded(name: string, startedAt: Date): Promise<void> {
    const now = this.clock.now();
    const durationMs = now.getTime() - startedAt.getTime();
    const text =
      'update job_status set last_success_at = $2, last_duration_ms = $3, last_error = null, last_error_at = null where name = $1';
    await this.database.query({ name: 'job-succeeded', text, values: [name, now, durationMs] });
    jobSuccess.set(now.getTime() / 1_000, { service: this.service, job: name });
    jobDuration.record(durationMs / 1_000, { service: this.service, job: name, outcome: 'ok' });
  }

  private async failed(name: string, startedAt: Date, error: string): Promise<void> {
    const now = this.clock.now();
    const durationMs = now.getTime() - startedAt.getTime();
    const text = 'update job_status set last_error = $2, last_error_at = $3, last_duration_ms = $4 where name = $1';
    await this.database.query({ name: 'job-failed', text, values: [name, error, now, durationMs] });
    jobDuration.record(durationMs / 1_000, { service: this.service, job: name, outcome: 'failed' });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(toAppError(signal.reason)), { once: true });
  });
}

function cutOff(why: string): AppError {
  return new AppError('unavailable', why, { reason: 'job.cut_off' });
}

/** An AppError's words hold no secret; those of others may. */
function describe(error: unknown): string {
  return isAppError(error) && error.code !== 'internal'
    ? `${error.code}: ${error.message}`
    : `internal error, trace ${currentTraceId() ?? 'unknown'}`;
}
