import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { deploymentFailed, deploymentRemoved, deploymentSucceeded, type EventDataOf } from '@sifaka/contracts';
import { isAppError } from '@sifaka/kernel';
import { Job, OnEvent, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';
import type { Rotation } from './rotation.js';
import { leaseLost, leaseMs, rotateJob, RotationTurns } from './rotation-turns.repository.js';
import { WorkOnRotation } from './work-on-rotation.js';

/** Of one replica, however many are due: sources have rates, and deployments need their turns. */
export const sideBySide = 8;
/** A run makes room for others. */
const longestRunMs = 120_000;
const renewMs = leaseMs / 4;
/** More than the queue's own delay. */
const lostAfterMs = 30_000;
const settledMs = 1_000;

/** Works through the rotations that are due: some at a time in each replica, one at a time at each endpoint. */
@Injectable()
export class RotationRunner implements OnApplicationBootstrap {
  private busy = 0;

  constructor(
    private readonly turns: RotationTurns,
    private readonly work: WorkOnRotation,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Work that a process left behind is not kept waiting until somebody notices. */
  onApplicationBootstrap(): void {
    setTimeout(() => {
      this.turns.planNext().catch((error: unknown) => this.logger.warn({ err: error }, 'could not look for rotations that were left behind'));
    }, settledMs).unref();
  }

  @Job(rotateJob, { timeLimitMs: 600_000 })
  async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const endsAt = performance.now() + longestRunMs;
    // Whoever is at it already takes what is due when it is done with what it has.
    const workers = Array.from({ length: Math.max(0, sideBySide - this.busy) }, () => this.through(endsAt, signal));
    const results = await Promise.allSettled(workers);
    await this.turns.planNext();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  @Job('resume-rotations', { cron: '* * * * *', timeLimitMs: 50_000 })
  async sweep(): Promise<void> {
    if (await this.turns.isLate(lostAfterMs)) await this.turns.planNext();
  }

  @OnEvent(deploymentSucceeded, { durable: 'rotate-deployed', isIdempotent: true })
  deployed({ id }: EventDataOf<typeof deploymentSucceeded>): Promise<void> {
    return this.turns.wakeWaiting(id);
  }

  @OnEvent(deploymentFailed, { durable: 'rotate-not-deployed', isIdempotent: true })
  notDeployed({ id }: EventDataOf<typeof deploymentFailed>): Promise<void> {
    return this.turns.wakeWaiting(id);
  }

  @OnEvent(deploymentRemoved, { durable: 'rotate-removed', isIdempotent: true })
  removed({ id }: EventDataOf<typeof deploymentRemoved>): Promise<void> {
    return this.turns.wakeWaiting(id);
  }

  private async through(endsAt: number, signal: AbortSignal): Promise<void> {
    this.busy += 1;
    try {
      while (!signal.aborted && performance.now() < endsAt) {
        const taken = await this.turns.take();
        if (taken === undefined) return;
        await this.at(taken, signal);
      }
    } finally {
      this.busy -= 1;
    }
  }

  private async at({ row, holder }: { row: Rotation; holder: string }, signal: AbortSignal): Promise<void> {
    const lost = new AbortController();
    const timer = setInterval(() => void this.renew(row, holder, lost), renewMs).unref();
    try {
      await this.work.run({ row, holder, signal: AbortSignal.any([signal, lost.signal]) });
    } catch (error) {
      if (!isAppError(error) || error.reason !== leaseLost) throw error;
      this.logger.warn({ endpointId: row.endpoint_id, rotationId: row.id }, 'the lease of an endpoint was lost: whoever has it goes on');
    } finally {
      clearInterval(timer);
      await this.turns.release(row.endpoint_id, holder);
    }
  }

  private async renew(row: Rotation, holder: string, lost: AbortController): Promise<void> {
    try {
      if (!(await this.turns.renew(row.endpoint_id, holder))) lost.abort();
    } catch (error) {
      // The next one may get through before the lease ends; every write asks for it.
      this.logger.warn({ err: error, endpointId: row.endpoint_id }, 'the lease of an endpoint could not be renewed');
    }
  }
}
