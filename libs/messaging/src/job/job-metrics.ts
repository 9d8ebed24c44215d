import type { ServiceName } from '@sifaka/contracts';
import { gauge, histogram } from '@sifaka/observability';
import { measureTaskEnd, measureTaskStart } from '../measurement/task-measurements.js';
import type { TaskTrigger } from './job.js';

/** One run of a job. */
export interface RunFacts {
  /** The same for each attempt of one run. */
  id: string;
  service: ServiceName;
  job: string;
  /** One of the catalogue; false: work of the house. */
  isTask: boolean;
  /** `schedule` for whatever nobody asked for by hand. */
  trigger: TaskTrigger;
  /** Somebody asked only for what would be done. */
  isDryRun: boolean;
  startedAt: Date;
}

/** `stopped`: the service stopped, the run is taken up again. */
export type RunOutcome = 'succeeded' | 'failed' | 'timed_out' | 'stopped';

/** Every start of a run passes here. */
export function measureStart({ id, job, isTask }: RunFacts): void {
  if (isTask) measureTaskStart({ task: job, id });
}

/** How a run ended. */
export interface RunEnd {
  at: Date;
  durationMs: number;
  /** Why it did not succeed, without secrets. */
  error: string | null;
}

/** Every end of a run passes here, except of those whose process was killed. */
export function measureEnd({ id, service, job, isTask, isDryRun }: RunFacts, outcome: RunOutcome, { at, durationMs, error }: RunEnd): void {
  if (isTask) measureTaskEnd({ task: job, id }, outcome, error);
  if (outcome === 'succeeded' && !isDryRun) lastSuccess.set(at.getTime() / 1_000, { service, job });
  duration.record(durationMs / 1_000, { service, job, outcome: outcome === 'succeeded' ? 'ok' : 'failed' });
}

const lastSuccess = gauge('sifaka_job_last_success_timestamp_seconds', 'When the job last succeeded, seconds since 1970', ['service', 'job']);
const duration = histogram(
  'sifaka_job_duration_seconds',
  'Duration of job runs',
  ['service', 'job', 'outcome'],
  [0.01, 0.1, 1, 5, 10, 30, 60, 300, 900, 3_600],
);
