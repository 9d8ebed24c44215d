import { Injectable } from '@nestjs/common';
import { HeardEvents } from './event/heard-events.js';
import { Job, type JobContext, type JobPayload } from './job/job.js';

/** Keeps the platform's own tables small. */
@Injectable()
export class Housekeeping {
  constructor(private readonly heard: HeardEvents) {}

  @Job('forget-heard-events', { cron: '17 3 * * *', timeLimitMs: 10 * 60_000 })
  async forget(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    while (!signal.aborted && (await this.heard.forget()) > 0);
  }
}
