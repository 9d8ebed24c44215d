import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { z } from 'zod';
import { DeploymentRepository } from './deployment.repository.js';
import { deployJob, DeploymentTurns } from './deployment-turns.repository.js';
import { DestinationLeases } from './destination-leases.js';
import { wasStopped } from './stoppable.js';
import { WorkOnDeployment } from './work-on-deployment.js';

const Payload = z.object({ destinationId: z.int().positive() });

/** A run makes room for others. */
const longestRunMs = 30_000;
/** More than the queue's own delay. */
const lostAfterMs = 30_000;
const settledMs = 1_000;
const keptDays = 400;

/** Works through what is due at destinations: one deployment at a time at each, several destinations side by side. */
@Injectable()
export class DeploymentRunner implements OnApplicationBootstrap {
  constructor(
    private readonly turns: DeploymentTurns,
    private readonly leases: DestinationLeases,
    private readonly work: WorkOnDeployment,
    private readonly deployments: DeploymentRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Work that a process left behind is not kept waiting until somebody notices. */
  onApplicationBootstrap(): void {
    setTimeout(() => {
      this.resume(0).catch((error: unknown) => this.logger.warn({ err: error }, 'could not look for deployments that were left behind'));
    }, settledMs).unref();
  }

  @Job(deployJob, { timeLimitMs: 600_000 })
  run(payload: JobPayload, { signal }: JobContext): Promise<void> {
    return this.at(Payload.parse(payload).destinationId, signal);
  }

  @Job('resume-deployments', { cron: '* * * * *', timeLimitMs: 50_000 })
  sweep(): Promise<void> {
    return this.resume(lostAfterMs);
  }

  @Job('forget-deployment-steps', { cron: '29 3 * * *', timeLimitMs: 600_000 })
  async forget(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const before = new Date(this.clock.now().getTime() - keptDays * 86_400_000);
    while (!signal.aborted && (await this.deployments.forgetSteps(before, 5_000)) > 0);
  }

  /**
   * Does what is due at a destination, unless somebody is at it: who looks again then.
   *
   * @param signal stops what is being done @param takesNoMore lets that come to its end
   */
  async at(destinationId: number, signal: AbortSignal, takesNoMore: AbortSignal = signal): Promise<void> {
    const lease = await this.leases.take(destinationId);
    if ('busyMs' in lease) return this.turns.wakeLater(destinationId, lease.busyMs);
    try {
      await this.throughAll(destinationId, { holder: lease.holder, signal: AbortSignal.any([signal, lease.signal]), takesNoMore });
    } finally {
      await lease.release();
    }
    await this.turns.planNext(destinationId);
  }

  private async throughAll(destinationId: number, { holder, signal, takesNoMore }: { holder: string; signal: AbortSignal; takesNoMore: AbortSignal }): Promise<void> {
    const startedAt = performance.now();
    while (!signal.aborted && !takesNoMore.aborted && performance.now() - startedAt < longestRunMs) {
      const row = await this.turns.next(destinationId);
      if (row === undefined) return;
      try {
        await this.work.run({ row, version: row.version, holder, signal });
      } catch (error) {
        if (!wasStopped(error)) throw error;
        this.logger.warn({ destinationId, deploymentId: row.id, why: error.message }, 'work at a destination was stopped: whoever has its lease next goes on');
        return;
      }
    }
  }

  private async resume(lateMs: number): Promise<void> {
    const count = await this.turns.wakeLost(lateMs);
    if (count > 0) this.logger.info({ destinations: count }, 'deployments that were left behind go on');
  }
}
