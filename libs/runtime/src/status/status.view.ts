import type { JobStatus as JobStatusView } from '@sifaka/contracts';
import type { JobStatus } from '@sifaka/messaging';

export function statusView(job: JobStatus): JobStatusView {
  const { lastStartedAt, lastSuccessAt, lastEndedAt, lastErrorAt, nextRunAt } = job;
  return {
    ...job,
    lastStartedAt: text(lastStartedAt),
    lastSuccessAt: text(lastSuccessAt),
    lastEndedAt: text(lastEndedAt),
    lastErrorAt: text(lastErrorAt),
    nextRunAt: text(nextRunAt),
  };
}

const text = (date: Date | null): string | null => date?.toISOString() ?? null;
