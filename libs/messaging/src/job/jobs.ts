import { AppError } from '@sifaka/kernel';
import type { JobPayload } from './job.js';

export interface AddJobOptions {
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
  lastRunAt: Date | null;
  lastSuccessAt: Date | null;
  /** Of the last run, if that failed; without secrets. */
  lastError: string | null;
  lastDurationMs: number | null;
  nextRunAt: Date | null;
}

/** Work of this service that happens later, again, or on a schedule. */
export class Jobs {
  add(name: string, _payload: JobPayload = {}, _options: AddJobOptions = {}): Promise<void> {
    return Promise.reject(new AppError('internal', name));
  }

  /** Queues a scheduled job for right now. @throws AppError `not_found` for a name that no provider declares. */
  runNow(name: string): Promise<void> {
    return Promise.reject(new AppError('internal', name));
  }

  status(): Promise<JobStatus[]> {
    return Promise.resolve([]);
  }
}
