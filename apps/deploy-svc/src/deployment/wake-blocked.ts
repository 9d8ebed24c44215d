import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import { Job } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { LOGGER } from '@sifaka/runtime';
import { AskForDeployments } from './ask-for-deployments.js';

/** Has deployments tried again that found their place taken, once it is free: whatever freed it, and whoever heard of that. */
@Injectable()
export class WakeBlocked {
  constructor(
    private readonly database: Database,
    private readonly asking: AskForDeployments,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Job('deploy-to-free-places', { cron: '* * * * *', timeLimitMs: 50_000 })
  async run(): Promise<void> {
    const count = await this.database.transaction((tx) => this.asking.wakeFreed(tx));
    if (count > 0) this.logger.info({ deployments: count }, 'deployments whose place was taken go on');
  }
}
