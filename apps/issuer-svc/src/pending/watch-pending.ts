import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import type { Principal } from '@sifaka/contracts';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import type { StoredPending } from './pending-certificate.js';
import { PendingIssuer } from './pending-issuer.js';
import { PendingRepository } from './pending.repository.js';
import { watchJob } from './poll-job.js';
import { ResolvePending } from './resolve-pending.js';
import { nextLook } from './watch.js';

/**
 * Asks about what has ended here and may go on at its authority, which could not be told. A certificate that comes all the same is filed
 * where its request only failed, and kept among the orphans where it was cancelled.
 */
@Injectable()
export class WatchPending {
  constructor(
    private readonly pending: PendingRepository,
    private readonly issuers: PendingIssuer,
    private readonly resolving: ResolvePending,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Job(watchJob, { timeLimitMs: 100_000 })
  async run({ id }: JobPayload, _context: JobContext): Promise<void> {
    if (typeof id !== 'number') return;
    const now = this.clock.now();
    if (!(await this.pending.claimWatched(id, now, new Date(now.getTime() + claimMs)))) return;
    const row = await this.pending.find(id);
    const until = row?.watchedUntil ?? null;
    if (row === null || until === null) return;
    const isSettled = await this.isSettled(row).catch((error: unknown) => {
      this.logger.info({ pendingCertificateId: id, fault: error instanceof Error ? error.message : String(error) }, 'an authority could not be asked about a request that has ended');
      return false;
    });
    const at = this.clock.now();
    if (isSettled || until <= at) await this.pending.endWatch(id);
    else await this.pending.watchOn(id, nextLook(until, at));
  }

  /** True when nothing more can come. */
  private async isSettled(row: StoredPending): Promise<boolean> {
    const outcome = await this.issuers.poll(row);
    if (outcome.status !== 'issued') return outcome.status === 'rejected';
    const { certificateDer, chainDer, externalId } = outcome;
    await this.resolving.run(row.id, { certificateDer, chainDer, externalId, by: 'poll', principal: self });
    return true;
  }
}

/** Longer than the job may run. */
const claimMs = 120_000;

const self: Principal = { kind: 'system', service: 'issuer' };
