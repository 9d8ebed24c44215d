import { Inject, Injectable } from '@nestjs/common';
import { AppError, assertNever, isAppError, type Clock } from '@sifaka/kernel';
import type { Principal } from '@sifaka/contracts';
import { Job, Jobs, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { IssueOutcome } from '@sifaka/plugin-sdk';
import { CLOCK } from '@sifaka/runtime';
import { pauseMs } from './backoff.js';
import { FailPending, errorChars } from './fail-pending.js';
import type { StoredPending } from './pending-certificate.js';
import { PendingIssuer } from './pending-issuer.js';
import { PendingRepository } from './pending.repository.js';
import { jobKey, pollJob } from './poll-job.js';
import { ResolvePending } from './resolve-pending.js';
import { tellAtBest } from './watch.js';

/** Asks an issuer what became of a pending certificate. */
@Injectable()
export class PollPending {
  constructor(
    private readonly pending: PendingRepository,
    private readonly issuers: PendingIssuer,
    private readonly resolving: ResolvePending,
    private readonly failing: FailPending,
    private readonly jobs: Jobs,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Job(pollJob, { timeLimitMs: 100_000 })
  async run({ id }: JobPayload, _context: JobContext): Promise<void> {
    if (typeof id !== 'number') return;
    const now = this.clock.now();
    if (!(await this.pending.claim(id, now, new Date(now.getTime() + claimMs)))) return;
    const row = await this.pending.find(id);
    if (row === null) return;
    try {
      await this.settle(row, await this.issuers.poll(row));
    } catch (error) {
      await this.fault(row, error);
    }
  }

  private async settle(row: StoredPending, outcome: IssueOutcome): Promise<void> {
    const attempts = row.attempts + 1;
    switch (outcome.status) {
      case 'issued': {
        const { certificateDer, chainDer, externalId } = outcome;
        await this.resolving.run(row.id, { certificateDer, chainDer, externalId, by: 'poll', principal: self });
        return;
      }
      case 'rejected':
        await this.failing.run(row.id, { error: outcome.reason, attempts });
        return;
      case 'pending': {
        const retryAfterMs = outcome.settledBy === 'poll' ? outcome.retryAfterMs : undefined;
        return this.postpone(row, { lastError: null, status: 'the authority has not issued it yet', externalId: outcome.externalId, retryAfterMs });
      }
      default:
        return assertNever(outcome);
    }
  }

  /**
   * No fault ends it before its time: a rule of the way out, a plugin that is switched off and a proxy that finds nothing pass, and the
   * order at the authority goes on meanwhile. The end is the authority's to say, by `rejected`.
   */
  private async fault(row: StoredPending, error: unknown): Promise<void> {
    const known = isAppError(error) && error.code !== 'internal' ? error : new AppError('internal', 'the issuer failed');
    const words = known.message.slice(0, errorChars);
    await this.postpone(row, { lastError: words, status: words, externalId: null, retryAfterMs: known.retryAfterMs });
  }

  private async postpone(row: StoredPending, { retryAfterMs, ...progress }: { lastError: string | null; status: string; externalId: string | null; retryAfterMs: number | undefined }): Promise<void> {
    const at = this.clock.now();
    if (row.until <= at) {
      const error = progress.lastError === null ? overdue(row) : `${overdue(row)}: ${progress.lastError}`;
      const untold = await tellAtBest(() => this.issuers.cancel(row));
      await this.failing.run(row.id, { error, attempts: row.attempts + 1, untold });
      return;
    }
    const pause = pauseMs({ attempts: row.attempts + 1, retryAfterMs, random: Math.random() });
    // The last question is asked when the time is over, not after.
    const nextTryAt = new Date(Math.min(at.getTime() + pause, row.until.getTime()));
    await this.pending.transaction(async (tx) => {
      const locked = await this.pending.lock(tx, row.id);
      if (locked?.state !== 'waiting') return;
      await this.pending.postpone(tx, row.id, { ...progress, attempts: row.attempts + 1, nextTryAt }, at);
      await this.jobs.add(pollJob, { id: row.id }, { tx, runAt: nextTryAt, jobKey: jobKey(row.id) });
    });
  }
}

/** Longer than the job may run: what a stop left behind is asked again after this time. */
const claimMs = 120_000;

const self: Principal = { kind: 'system', service: 'issuer' };

export const overdue = ({ until }: Pick<StoredPending, 'until'>): string => `the authority did not deliver it until ${until.toISOString()}`;
