import type { TaskSettings } from '@sifaka/config';
import type { JobDefinition } from './job.js';

export interface ConfiguredJob {
  job: JobDefinition;
  /** False: the configuration took its schedule away. */
  isEnabled: boolean;
}

/** The job as the installation wants it; of what is no task it cannot want anything. */
export function configured(job: JobDefinition, settings: TaskSettings): ConfiguredJob {
  const wanted = job.task === undefined ? undefined : settings[job.task.name];
  if (wanted === undefined) return { job, isEnabled: true };
  const { cron: usual, ...rest } = job;
  const isEnabled = wanted.enabled ?? true;
  const cron = isEnabled ? (wanted.schedule?.trim().replaceAll(/\s+/g, ' ') ?? usual) : undefined;
  const timeLimitMs = wanted.timeLimitSeconds === undefined ? job.timeLimitMs : wanted.timeLimitSeconds * 1_000;
  return { job: { ...rest, timeLimitMs, ...(cron !== undefined && { cron }) }, isEnabled };
}
