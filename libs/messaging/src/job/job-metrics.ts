import { gauge, histogram } from '@sifaka/observability';

export const jobSuccess = gauge('sifaka_job_last_success_timestamp_seconds', 'When the job last succeeded, seconds since 1970', [
  'service',
  'job',
]);
export const jobDuration = histogram(
  'sifaka_job_duration_seconds',
  'Duration of job runs',
  ['service', 'job', 'outcome'],
  [0.01, 0.1, 1, 5, 10, 30, 60, 300, 900, 3_600],
);
