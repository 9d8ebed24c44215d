import { Inject, Injectable } from '@nestjs/common';
import type { PlacedCertificate } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { DeployConfig } from '../deploy.config.js';
import type { Deployment } from '../deployment/deployment.js';
import { Successors, unfit, type Known } from '../rotation/successors.js';
import { CleanupRepository } from './cleanup.repository.js';

const dayMs = 86_400_000;

/** An old certificate that goes once what came after it has been beside it for long enough. */
export interface PlannedCleanup {
  deployment: Deployment;
  old: PlacedCertificate;
  /** What came after it, over several as well, and is deployed at the same destination. */
  heir: PlacedCertificate;
  /** Not before. */
  at: Date;
}

/** Says which deployments are to be cleaned up, and when. Nobody but the inventory is asked. */
@Injectable()
export class PlanCleanup {
  constructor(
    private readonly repository: CleanupRepository,
    private readonly successors: Successors,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<DeployConfig, 'replacedKeptDays'>,
  ) {}

  get graceMs(): number {
    return this.config.replacedKeptDays * dayMs;
  }

  /** One for each that has a successor where it is; the others stay. */
  async run(deployments: readonly Deployment[]): Promise<PlannedCleanup[]> {
    if (deployments.length === 0) return [];
    const known = await this.successors.read(deployments.map((each) => each.certificate_id));
    const now = this.clock.now();
    const heirs = new Map(deployments.map((each) => [each.id, heirsOf(each.certificate_id, known).filter((heir) => unfit(heir, now) === null)]));
    const heirIds = [...new Set([...heirs.values()].flat().map(({ id }) => id))];
    if (heirIds.length === 0) return [];
    const there = await this.repository.deployed(heirIds, [...new Set(deployments.map((each) => each.destination_id))]);
    return deployments.flatMap((deployment) => {
      const old = known.get(deployment.certificate_id);
      const found = (heirs.get(deployment.id) ?? []).flatMap((heir) => {
        const at = there.find((each) => each.certificate_id === heir.id && each.destination_id === deployment.destination_id)?.deployed_at;
        return at === undefined || at === null ? [] : [{ heir, at: new Date(at.getTime() + this.graceMs) }];
      });
      // That which has been there longest decides: from then on the old one was not needed.
      const [first] = found.toSorted((one, other) => one.at.getTime() - other.at.getTime() || one.heir.id - other.heir.id);
      return old === undefined || first === undefined ? [] : [{ deployment, old, ...first }];
    });
  }
}

/** All that replaced a certificate, and what replaced that. */
function heirsOf(id: number, known: Known): PlacedCertificate[] {
  const seen = new Map<number, PlacedCertificate>();
  const queue = [...(known.get(id)?.replacedBy ?? [])];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const certificate = known.get(next);
    if (certificate === undefined || next === id || seen.has(next)) continue;
    seen.set(next, certificate);
    queue.push(...certificate.replacedBy);
  }
  return [...seen.values()];
}
