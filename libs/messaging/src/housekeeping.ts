import { Injectable } from '@nestjs/common';
import { AuditEntries } from './audit/audit-entries.js';
import { HeardEvents } from './event/heard-events.js';
import { Job, type JobContext, type JobPayload } from './job/job.js';
import { Jobs } from './job/jobs.js';

/** Keeps the platform's own tables small. */
@Injectable()
export class Housekeeping {
  constructor(
    private readonly heard: HeardEvents,
    private readonly audit: AuditEntries,
    private readonly jobs: Jobs,
  ) {}

  @Job('housekeeping', { cron: '17 3 * * *', timeLimitMs: 10 * 60_000 })
  async forget(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    await this.jobs.forgetFailed();
    while (!signal.aborted && (await this.heard.forget()) > 0);
    while (!signal.aborted && (await this.audit.forget()) > 0);
  }
}
