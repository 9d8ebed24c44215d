import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { Job, Jobs, type JobContext, type JobPayload } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { BeginWaiting } from './begin-waiting.js';
import { FailPending } from './fail-pending.js';
import { PendingIssuer } from './pending-issuer.js';
import { PendingRepository } from './pending.repository.js';
import { jobKey, pollJob, watchJob } from './poll-job.js';
import { overdue } from './poll-pending.js';

/** Sees to it that no pending certificate is forgotten, and none kept for ever. */
@Injectable()
export class SweepPending {
  constructor(
    private readonly pending: PendingRepository,
    private readonly failing: FailPending,
    private readonly waiting: BeginWaiting,
    private readonly issuers: PendingIssuer,
    private readonly jobs: Jobs,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Job('fetch-all-pending-certificates', { cron: '* * * * *', timeLimitMs: 55_000 })
  async fetchAll(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    await this.giveUpOverdue(signal);
    await this.orderAgain(signal);
    const now = this.clock.now();
    const forgotten = await this.pending.forgottenPolls(new Date(now.getTime() - queueLagMs), now, batch);
    for (const id of forgotten) {
      if (signal.aborted) return;
      await this.jobs.add(pollJob, { id }, { jobKey: jobKey(id) });
    }
    for (const id of await this.pending.dueWatches(now, batch)) {
      if (signal.aborted) return;
      await this.jobs.add(watchJob, { id }, { jobKey: jobKey(id) });
    }
  }

  /** PC-7, for those that have ended: one that waits ends at its own time. */
  @Job('remove-old-pending-certificates', { cron: '37 3 * * *', timeLimitMs: 300_000 })
  async removeOld(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const endedBefore = new Date(this.clock.now().getTime() - keptMs);
    while (!signal.aborted && (await this.pending.purge(endedBefore, batch)) > 0);
  }

  private async orderAgain(signal: AbortSignal): Promise<void> {
    const now = this.clock.now();
    for (const id of await this.pending.unheardOrders(new Date(now.getTime() - unheardMs), now, batch)) {
      if (signal.aborted) return;
      const row = await this.pending.find(id);
      if (row === null) continue;
      const { name } = await this.issuers.authority(row);
      await this.waiting.orderAgain(id, name);
    }
  }

  private async giveUpOverdue(signal: AbortSignal): Promise<void> {
    const now = this.clock.now();
    for (const id of await this.pending.overdue(now, new Date(now.getTime() - orderGraceMs), batch)) {
      if (signal.aborted) return;
      const row = await this.pending.find(id);
      if (row !== null) await this.failing.run(id, { error: row.state === 'asking' ? stopped : overdue(row) });
    }
  }
}

const stopped = 'the platform stopped while the authority was asked: whether it issued is not known. If it did, upload the certificate here; else ask again';

/** An order is begun within seconds; to one that waits for its turn, being asked for again does no harm. */
const unheardMs = 600_000;
const batch = 500;
/** A job that is due is begun within this time, unless it is lost. */
const queueLagMs = 30_000;
/** Who carries out an order gives it up at its time, and says why; this is for when that is never said. */
const orderGraceMs = 600_000;
const keptMs = 7 * 24 * 3_600_000;
