import { AppError, isAppError, toAppError, type Clock } from '@sifaka/kernel';
import type { ServiceName, TaskReport } from '@sifaka/contracts';
import { currentTraceId, inSpan } from '@sifaka/observability';
import type { Log } from '../bus/log.js';
import { backgroundCall } from '../rpc/background-call.js';
import { runInCall } from '../rpc/call-context.js';
import { measureEnd, measureStart, type RunEnd, type RunFacts, type RunOutcome } from './job-metrics.js';
import type { JobStates } from './job-states.js';
import type { JobDefinition, JobPayload } from './job.js';
import { keptReport } from './task-report.js';

/** A job together with the instance it is called on. */
export interface BoundJob {
  job: JobDefinition;
  self: object;
}

interface JobRunOptions {
  service: ServiceName;
  states: JobStates;
  clock: Clock;
  log: Log;
}

/** Runs jobs within their limits and keeps how they went. */
export class JobRun {
  private readonly running = new Set<AbortController>();

  constructor(private readonly options: JobRunOptions) {}

  /**
   * @param queueId the run's place in the queue
   * @throws whatever the job threw, or AppError `unavailable` when it was cut off.
   */
  async run(bound: BoundJob, payload: JobPayload, queueId: string): Promise<void> {
    const { job } = bound;
    const controller = new AbortController();
    this.running.add(controller);
    const timer = setTimeout(() => controller.abort(cutOff(`${job.name} took longer than ${job.timeLimitMs} ms`, tookTooLong)), job.timeLimitMs);
    try {
      await inSpan(`job ${job.name}`, { kind: 'consumer' }, () => this.watched(bound, payload, queueId, controller.signal));
    } finally {
      clearTimeout(timer);
      this.running.delete(controller);
    }
  }

  /** Cuts off what runs: the service stops. */
  abortAll(): void {
    for (const controller of this.running) controller.abort(cutOff('the service stops', stopping));
  }

  private async watched(bound: BoundJob, payload: JobPayload, queueId: string, signal: AbortSignal): Promise<void> {
    const { service, states, clock } = this.options;
    const { name, task } = bound.job;
    const trigger = payload.trigger === 'request' ? 'request' : 'schedule';
    const run: RunFacts = { id: queueId, service, job: name, isTask: task !== undefined, trigger, startedAt: clock.now() };
    // Clocks are set; how long it took is another clock's business.
    const begunMs = performance.now();
    measureStart(run);
    try {
      await states.started(run);
      const report = await this.perform(bound, payload, run, signal);
      const end = this.end(begunMs);
      await states.succeeded(run, end, keptReport(report));
      measureEnd(run, 'succeeded', end);
    } catch (error) {
      this.options.log.error({ err: error, job: name }, 'job failed');
      await this.failed(run, this.end(begunMs, error), outcomeOf(signal));
      throw error;
    }
  }

  private async perform({ job, self }: BoundJob, payload: JobPayload, { startedAt, trigger }: RunFacts, signal: AbortSignal): Promise<TaskReport | undefined> {
    const call = backgroundCall(this.options.service, new Date(startedAt.getTime() + job.timeLimitMs), signal);
    const work = runInCall(call, () => job.run(self, payload, { signal, trigger }));
    try {
      const report = await Promise.race([work, aborted(signal)]);
      // Whoever heard the signal and came back with half of the work has not succeeded.
      if (signal.aborted) throw toAppError(signal.reason);
      return report;
    } catch (error) {
      if (outcomeOf(signal) === 'timed_out') await settled(work, graceMs);
      throw signal.aborted ? toAppError(signal.reason) : error;
    }
  }

  private async failed(run: RunFacts, end: RunEnd, outcome: RunOutcome): Promise<void> {
    const { states } = this.options;
    measureEnd(run, outcome, end);
    await states.failed(run, end, outcome !== 'stopped');
    if (outcome === 'stopped') await states.giveBackAttempt(run.id);
  }

  private end(begunMs: number, error?: unknown): RunEnd {
    return { at: this.options.clock.now(), durationMs: Math.max(0, Math.round(performance.now() - begunMs)), error: error === undefined ? null : describe(error) };
  }
}

/**
 * What a job that heard its time limit has to come to an end, so that the next run does not meet it. One that does not listen is left
 * behind: its result no longer counts.
 */
const graceMs = 3_000;

const tookTooLong = 'job.took_too_long';
const stopping = 'job.cut_off';

function cutOff(why: string, reason: string): AppError {
  return new AppError('unavailable', why, { reason });
}

function outcomeOf(signal: AbortSignal): RunOutcome {
  if (!signal.aborted) return 'failed';
  return toAppError(signal.reason).reason === tookTooLong ? 'timed_out' : 'stopped';
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(toAppError(signal.reason)), { once: true });
  });
}

async function settled(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
  await Promise.race([work.then(nothing, nothing), limit]);
  clearTimeout(timer);
}

const nothing = () => undefined;

/** An AppError's words hold no secret; those of others may. */
function describe(error: unknown): string {
  return isAppError(error) && error.code !== 'internal'
    ? `${error.code}: ${error.message}`
    : `internal error, trace ${currentTraceId() ?? 'unknown'}`;
}
