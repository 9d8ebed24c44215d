import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { DeployConfig } from '../deploy.config.js';
import { ReplacementRepository } from '../replacement/replacement.repository.js';
import { CleanupRepository } from './cleanup.repository.js';
import { CleanUpDeployment } from './clean-up-deployment.js';
import { PlanCleanup } from './plan-cleanup.js';

export const cleanReplacedJob = 'clean-replaced-deployments';

const pageSize = 200;
const dayMs = 86_400_000;
const keptDays = 400;

/**
 * Takes certificates away that were replaced, from destinations that have had their successors for a while beside them: there nothing else would
 * ever take them. Each is looked at again before: what speaks against it is asked once more the next day.
 */
@Injectable()
export class CleanReplaced {
  constructor(
    private readonly repository: CleanupRepository,
    private readonly plans: PlanCleanup,
    private readonly cleaning: CleanUpDeployment,
    private readonly replacements: ReplacementRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<DeployConfig, 'cleanReplaced'>,
  ) {}

  @Job(cleanReplacedJob, { cron: '37 4 * * *', timeLimitMs: 3_600_000 })
  async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    await this.replacements.forget(new Date(this.clock.now().getTime() - keptDays * dayMs));
    if (!this.config.cleanReplaced) return;
    const now = this.clock.now();
    for (let afterId = 0; ; ) {
      signal.throwIfAborted();
      const rows = await this.repository.beside(afterId, new Date(now.getTime() - this.plans.graceMs), pageSize);
      const last = rows.at(-1);
      if (last === undefined) return;
      for (const each of await this.plans.run(rows)) {
        signal.throwIfAborted();
        if (each.at <= now) await this.cleaning.run(each);
      }
      afterId = last.id;
    }
  }
}
