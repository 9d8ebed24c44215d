import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { FindTargets } from './find-targets.js';
import { PlanRotations } from './plan-rotations.js';
import type { PlannedRotation, Rotation } from './rotation.js';

/** A rotation as it would be planned now. */
@Injectable()
export class ReplanRotation {
  constructor(
    private readonly targets: FindTargets,
    private readonly planner: PlanRotations,
  ) {}

  /** @throws AppError `not_found`, `failed_precondition` with the reason why there is nothing to plan */
  async run({ endpoint_id, old_certificate_id, new_certificate_id, removes_old, verifies }: Rotation): Promise<PlannedRotation> {
    const endpoint = await this.targets.endpoint(endpoint_id);
    const isPresented = old_certificate_id !== null && endpoint.certificates.some(({ certificateId }) => certificateId === old_certificate_id);
    const made = await this.targets.certificate({ id: new_certificate_id });
    if (old_certificate_id !== null && !isPresented && endpoint.certificates.length > 0) throw refused(`endpoint "${endpoint.name}" does not present the old certificate any more: begin a new rotation`);
    const { planned, refused: reasons } = await this.planner.run({ endpoints: [endpoint], made, oldCertificateId: old_certificate_id, isDueOnly: false, removesOld: removes_old, verifies });
    const [only] = planned;
    if (only === undefined) throw refused(reasons[0]?.reason ?? 'nothing is to be done');
    return only;
  }
}

export const refused = (why: string): AppError => new AppError('failed_precondition', why, { reason: 'rotation.refused' });
