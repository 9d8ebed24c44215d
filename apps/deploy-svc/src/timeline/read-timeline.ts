import { Inject, Injectable } from '@nestjs/common';
import type { deployTimeline, OutputOf, TimelineEntry } from '@sifaka/contracts';
import { toAppError } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import { CONFIG, LOGGER } from '@sifaka/runtime';
import { PlanCleanup } from '../cleanup/plan-cleanup.js';
import type { DeployConfig } from '../deploy.config.js';
import type { Deployment } from '../deployment/deployment.js';
import { ReplacementRepository } from '../replacement/replacement.repository.js';
import { cleanupEntry, deploymentEntries, replacementEntries, rotationEntry } from './timeline.view.js';
import { TimelineRepository } from './timeline.repository.js';

const mostEntries = 500;

/** What happened to a certificate at destinations and endpoints, and what comes. */
@Injectable()
export class ReadTimeline {
  constructor(
    private readonly repository: TimelineRepository,
    private readonly replacements: ReplacementRepository,
    private readonly plans: PlanCleanup,
    @Inject(CONFIG) private readonly config: Pick<DeployConfig, 'cleanReplaced'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(certificateId: number): Promise<OutputOf<typeof deployTimeline>> {
    const [deployments, rotations, replacement] = await Promise.all([this.repository.deployments(certificateId), this.repository.rotations(certificateId), this.replacements.of(certificateId)]);
    const entries = [
      ...deployments.flatMap(deploymentEntries),
      ...rotations.map((row) => rotationEntry(row, certificateId)),
      ...replacementEntries(replacement),
      ...(await this.cleanups(deployments)),
    ];
    return { entries: entries.toSorted(newestFirst).slice(0, mostEntries) };
  }

  /** Without the inventory nobody knows what replaced it: the rest is told all the same. */
  private async cleanups(deployments: readonly Deployment[]): Promise<TimelineEntry[]> {
    const held = deployments.filter(({ wanted, state, is_held }) => wanted === 'deployed' && state === 'deployed' && is_held);
    try {
      return (await this.plans.run(held)).map((each) => cleanupEntry(each, this.config.cleanReplaced));
    } catch (error) {
      this.logger.warn({ err: toAppError(error) }, 'planned clean-ups are missing in a timeline');
      return [];
    }
  }
}

/** What has no time comes last. */
const newestFirst = (one: TimelineEntry, other: TimelineEntry): number => Date.parse(other.at ?? '1970-01-01T00:00:00Z') - Date.parse(one.at ?? '1970-01-01T00:00:00Z');
