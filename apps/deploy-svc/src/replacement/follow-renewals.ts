import { Inject, Injectable } from '@nestjs/common';
import { certificateRenewed, type EventDataOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { toAppError, type Clock } from '@sifaka/kernel';
import { Job, Jobs, OnEvent, type CloudEvent, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { untilNextTry } from '../deployment/pauses.js';
import { words } from '../deployment/deployment.js';
import { RotateReplaced } from '../rotation/rotate-replaced.js';
import { ReplacementRepository, type Replacement } from './replacement.repository.js';

const followJob = 'rotate-renewed';
/** Longer than it takes to look at the endpoints of one certificate. */
const takenMs = 300_000;
const longestRunMs = 45_000;

/**
 * Has the endpoints of a certificate that was renewed present its successor. Each rotation puts the successor to the store that its endpoint
 * serves from first, or waits until it is there. What was heard is written down before it is done: a crash loses nothing, and a rotation that
 * is under way is found, not begun again.
 */
@Injectable()
export class FollowRenewals {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly replacements: ReplacementRepository,
    private readonly rotation: RotateReplaced,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @OnEvent(certificateRenewed, { durable: 'rotate-renewed', isIdempotent: true })
  async renewed({ certificateId: oldId, successorId: newId }: EventDataOf<typeof certificateRenewed>, { time }: CloudEvent): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.replacements.note(tx, { oldId, newId, heardAt: new Date(time), now: this.clock.now() });
      await this.jobs.add(followJob, {}, { tx, jobKey: followJob });
    });
  }

  @Job(followJob, { cron: '* * * * *', timeLimitMs: 50_000 })
  async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const endsAt = performance.now() + longestRunMs;
    while (!signal.aborted && performance.now() < endsAt) {
      const now = this.clock.now();
      const row = await this.replacements.take(now, new Date(now.getTime() + takenMs));
      if (row === undefined) return;
      await this.follow(row, signal);
    }
  }

  /** What is refused may be for want of something that comes: the daily rotation of all that is due looks at it after that. */
  private async follow(row: Replacement, signal: AbortSignal): Promise<void> {
    try {
      const { refused } = await this.rotation.run({ certificateId: row.old_certificate_id, region: null, isDryRun: false }, signal);
      const [first] = refused;
      await this.replacements.end(row, first === undefined ? null : this.next(row), first === undefined ? null : words(`${first.name}: ${first.reason}`));
    } catch (error) {
      if (signal.aborted) throw error;
      this.logger.warn({ err: error, certificateId: row.old_certificate_id }, 'endpoints of a renewed certificate could not be looked for');
      await this.replacements.end(row, this.next(row), words(toAppError(error).message));
    }
  }

  private next({ attempts }: Replacement): Date | null {
    const pauseMs = untilNextTry(attempts, undefined, Math.random());
    return pauseMs === null ? null : new Date(this.clock.now().getTime() + pauseMs);
  }
}
