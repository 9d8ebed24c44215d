import { Injectable } from '@nestjs/common';
import type { RotatableEndpoint, SystemPrincipal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { BeginRotations } from './begin-rotations.js';
import { FindTargets } from './find-targets.js';
import { PlanRotations, type Refused } from './plan-rotations.js';
import type { PlannedRotation } from './rotation.js';
import { RotationTrail } from './rotation-trail.js';

interface Wanted {
  /** Null: every endpoint whose certificate was replaced. */
  certificateId: number | null;
  /** Part of the DNS name. */
  region: string | null;
  isDryRun: boolean;
}

export interface RotatedReplaced {
  endpoints: number;
  /** Of a dry run: those that would be. */
  begun: PlannedRotation[];
  /** The same rotation had been asked for already. */
  underWay: number;
  refused: Refused[];
}

const platform: SystemPrincipal = { kind: 'system', service: 'deploy' };

/** Rotates endpoints to what replaced their certificates, on the platform's own account, however many there are. */
@Injectable()
export class RotateReplaced {
  constructor(
    private readonly database: Database,
    private readonly targets: FindTargets,
    private readonly planner: PlanRotations,
    private readonly begin: BeginRotations,
    private readonly trail: RotationTrail,
  ) {}

  /** Each page of endpoints is a transaction: what is cut off goes on with the next run. */
  async run({ certificateId, region, isDryRun }: Wanted, signal: AbortSignal): Promise<RotatedReplaced> {
    const done: RotatedReplaced = { endpoints: 0, begun: [], underWay: 0, refused: [] };
    for await (const endpoints of this.targets.endpoints({ endpointIds: null, certificateId, allDue: true, region, sourceId: null })) {
      signal.throwIfAborted();
      done.endpoints += endpoints.length;
      await this.page(endpoints, certificateId, isDryRun, done);
    }
    return done;
  }

  private async page(endpoints: readonly RotatableEndpoint[], oldCertificateId: number | null, isDryRun: boolean, done: RotatedReplaced): Promise<void> {
    const plan = await this.planner.run({ endpoints, made: null, oldCertificateId, isDueOnly: true, removesOld: false, verifies: true });
    if (isDryRun) {
      for (const each of plan.planned) this.trail.count('failure', each);
      done.begun.push(...plan.planned);
      done.refused.push(...plan.refused);
      return;
    }
    const { begun, answer } = await this.database.transaction((tx) => this.begin.all(tx, plan, platform));
    done.begun.push(...begun);
    done.underWay += answer.rotations.length - begun.length;
    done.refused.push(...answer.refused);
  }
}
