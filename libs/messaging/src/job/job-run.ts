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

/** What a run has set going. */
interface Begun {
  /** Never rejects. */
  work: Promise<unknown>;
  isOver: boolean;
}

interface Attempt {
  queueId: string;
  signal: AbortSignal;
  begun: Begun;
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
  /** The service stops: nobody waits any more for work that does not hear its time limit. */
  private readonly stopped = new AbortController();
  /** Nor for work that does not hear that it was cut off. */
  private readonly left = new AbortController();

  constructor(private readonly options: JobRunOptions) {}

  /**
   * Comes back when nothing of the run goes on any more: until then the queue begins no other one, however long ago it was counted as failed.
   *
   * @param queueId the run's place in the queue
   * @throws whatever the job threw, or AppError `unavailable` when it was cut off.
   */
  async run(bound: BoundJob, payload: JobPayload, queueId: string): Promise<void> {
    const { job } = bound;
    const controller = new AbortController();
    this.running.add(controller);
    const timer = setTimeout(() => controller.abort(cutOff(`${job.name} took longer than ${job.timeLimitMs} ms`, tookTooLong)), job.timeLimitMs);
    const begun: Begun = { work: Promise.resolve(), isOver: true };
    try {
      await inSpan(`job ${job.name}`, { kind: 'consumer' }, () => this.watched(bound, payload, { queueId, signal: controller.signal, begun }));
    } catch (error) {
      if (outcomeOf(controller.signal) === 'timed_out') await this.endOf(begun, job.name);
      throw error;
    } finally {
      clearTimeout(timer);
      this.running.delete(controller);
    }
  }

  /** Cuts off what runs: the service stops. What cannot be taken back any more may still come to its end. */
  abortAll(): void {
    for (const controller of [...this.running, this.stopped]) controller.abort(cutOff('the service stops', stopping));
  }

  /** Waits no longer for what was cut off. */
  leaveAll(): void {
    this.left.abort(cutOff('the service stops', stopping));
  }

  private async watched(bound: BoundJob, payload: JobPayload, { queueId, signal, begun }: Attempt): Promise<void> {
    const { service, states, clock } = this.options;
    const { name, task } = bound.job;
    const trigger = payload.trigger === 'request' ? 'request' : 'schedule';
    const run: RunFacts = { id: queueId, service, job: name, isTask: task !== undefined, trigger, isDryRun: isRehearsal(payload), startedAt: clock.now() };
    // Clocks are set; how long it took is another clock's business.
    const startedMs = performance.now();
    measureStart(run);
    try {
      await states.started(run);
      const report = await this.perform(bound, payload, run, { signal, begun });
      const end = this.end(startedMs);
      await states.succeeded(run, end, keptReport(report));
      measureEnd(run, 'succeeded', end);
    } catch (error) {
      this.options.log.error({ err: error, job: name }, 'job failed');
      await this.failed(run, this.end(startedMs, error), outcomeOf(signal));
      throw error;
    }
  }

  private async perform({ job, self }: BoundJob, payload: JobPayload, { startedAt, trigger }: RunFacts, { signal, begun }: Pick<Attempt, 'signal' | 'begun'>): Promise<TaskReport | undefined> {
    const call = backgroundCall(this.options.service, new Date(startedAt.getTime() + job.timeLimitMs), signal);
    const work = runInCall(call, () => job.run(self, payload, { signal, trigger }));
    begun.isOver = false;
    begun.work = work.then(nothing, nothing).then(() => (begun.isOver = true));
    try {
      const report = await Promise.race([work, aborted(signal)]);
      // Whoever heard the signal and came back with half of the work has not succeeded.
      if (signal.aborted) throw toAppError(signal.reason);
      return report;
    } catch (error) {
      if (outcomeOf(signal) === 'timed_out') await settled(begun.work, graceMs);
      // Until then the queue keeps its lock: another replica would begin the same beside it.
      if (outcomeOf(signal) === 'stopped' && !this.left.signal.aborted) await Promise.race([begun.work, aborted(this.left.signal).catch(nothing)]);
      throw signal.aborted ? toAppError(signal.reason) : error;
    }
  }

  private async failed(run: RunFacts, end: RunEnd, outcome: RunOutcome): Promise<void> {
    const { states } = this.options;
    measureEnd(run, outcome, end);
    await states.failed(run, end, outcome !== 'stopped');
    if (outcome === 'stopped') await states.giveBackAttempt(run.id);
  }

  /** Of work that went on after it was counted as failed. What never ends is left behind some day, or when the service stops. */
  private async endOf({ work, isOver }: Begun, name: string): Promise<void> {
    const { signal } = this.stopped;
    if (isOver || signal.aborted) return;
    this.options.log.warn({ job: name }, 'job goes on although its time is over: it does not run again before it has ended');
    await settled(Promise.race([work, aborted(signal)]), leftBehindMs);
  }

  private end(startedMs: number, error?: unknown): RunEnd {
    return { at: this.options.clock.now(), durationMs: Math.max(0, Math.round(performance.now() - startedMs)), error: error === undefined ? null : describe(error) };
  }
}

/** What a job that heard its time limit has to come to an end before it is counted as failed; its result no longer counts. */
const graceMs = 3_000;

/** Below the four hours after which the queue itself takes a job from its worker. */
const leftBehindMs = 3_600_000;

const tookTooLong = 'job.took_too_long';
const stopping = 'job.cut_off';

/** Asked for as one. What a schedule does by default is its work, also where that is a dry run. */
function isRehearsal({ trigger, arguments: args }: JobPayload): boolean {
  return trigger === 'request' && typeof args === 'object' && args !== null && 'dryRun' in args && args.dryRun === true;
}

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
