import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { toAppError } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';
import { AskForDeployments } from '../deployment/ask-for-deployments.js';
import { JudgeCleanup } from './judge-cleanup.js';
import type { PlannedCleanup } from './plan-cleanup.js';

/** Takes one certificate from one destination, unless something speaks against it. */
@Injectable()
export class CleanUpDeployment {
  constructor(
    private readonly database: Database,
    private readonly judge: JudgeCleanup,
    private readonly asking: AskForDeployments,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** One that cannot be judged now does not stop the others. */
  async run(planned: PlannedCleanup): Promise<void> {
    const { deployment, old, heir } = planned;
    const about = { deploymentId: deployment.id, certificateId: old.id, successorId: heir.id };
    try {
      const obstacle = await this.judge.obstacle(planned);
      if (obstacle !== null) {
        this.logger.info({ ...about, obstacle }, 'a replaced certificate stays at its destination');
        return;
      }
      const note = `cleaned up: certificate "${heir.name}" (${heir.id}) has replaced it there`;
      await this.database.transaction((tx) => this.asking.end(tx, 'cleaned', { ids: [deployment.id] }, { kind: 'system', service: 'deploy' }, note));
    } catch (error) {
      this.logger.warn({ err: toAppError(error), ...about }, 'it could not be told whether a replaced certificate may go');
    }
  }
}
