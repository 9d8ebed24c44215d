import { Inject, Injectable } from '@nestjs/common';
import type { TaskArguments, TaskReport } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { Jobs, Task, type JobContext } from '@sifaka/messaging';
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

  @Task('fetch_all_pending_acme_certs')
  async fetchAll(_args: TaskArguments, { signal }: JobContext): Promise<TaskReport> {
    const givenUp = await this.giveUpOverdue(signal);
    const orderedAgain = await this.orderAgain(signal);
    const now = this.clock.now();
    const forgotten = await this.pending.forgottenPolls(new Date(now.getTime() - queueLagMs), now, batch);
    const asked = await this.queue(pollJob, forgotten, signal);
    const watched = await this.queue(watchJob, await this.pending.dueWatches(now, batch), signal);
    return { givenUp, orderedAgain, asked, watched };
  }

  /** PC-7, for those that have ended: one that waits ends at its own time. */
  @Task('remove_old_acme_certs')
  async removeOld({ dryRun = false }: TaskArguments, { signal }: JobContext): Promise<TaskReport> {
    const endedBefore = new Date(this.clock.now().getTime() - keptMs);
    if (dryRun) return { dryRun, wouldRemove: await this.pending.countEnded(endedBefore) };
    let removed = 0;
    for (let more = batch; more > 0 && !signal.aborted; removed += more) more = await this.pending.purge(endedBefore, batch);
    return { removed };
  }

  private async queue(job: string, ids: readonly number[], signal: AbortSignal): Promise<number> {
    let queued = 0;
    for (const id of ids) {
      if (signal.aborted) break;
      await this.jobs.add(job, { id }, { jobKey: jobKey(id) });
      queued += 1;
    }
    return queued;
  }

  private async orderAgain(signal: AbortSignal): Promise<number> {
    const now = this.clock.now();
    let ordered = 0;
    for (const id of await this.pending.unheardOrders(new Date(now.getTime() - unheardMs), now, batch)) {
      if (signal.aborted) break;
      const row = await this.pending.find(id);
      if (row === null) continue;
      const { name } = await this.issuers.authority(row);
      await this.waiting.orderAgain(id, name);
      ordered += 1;
    }
    return ordered;
  }

  private async giveUpOverdue(signal: AbortSignal): Promise<number> {
    const now = this.clock.now();
    let givenUp = 0;
    for (const id of await this.pending.overdue(now, new Date(now.getTime() - orderGraceMs), batch)) {
      if (signal.aborted) break;
      const row = await this.pending.find(id);
      if (row === null) continue;
      await this.failing.run(id, { error: row.state === 'asking' ? stopped : overdue(row) });
      givenUp += 1;
    }
    return givenUp;
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
