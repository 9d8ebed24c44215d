import { Inject, Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { InputOf, OutputOf, PlacedCertificate, Principal, startRotation } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError, type Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { BeginRotations } from './begin-rotations.js';
import { FindTargets, noSuchEndpoint } from './find-targets.js';
import { PlanRotations, type Plan } from './plan-rotations.js';
import { RotationTrail } from './rotation-trail.js';
import { planView } from './rotation.view.js';

type Input = InputOf<typeof startRotation>;
type Answer = OutputOf<typeof startRotation>;

/** Of one request; what is left over is due with the next. */
export const mostRotations = 500;

/** Begins rotations, or says what they would do. */
@Injectable()
export class StartRotation {
  constructor(
    private readonly database: Database,
    private readonly targets: FindTargets,
    private readonly planner: PlanRotations,
    private readonly begin: BeginRotations,
    private readonly trail: RotationTrail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(input: Input, principal: Principal): Promise<Answer> {
    const { target, isDryRun } = input;
    const isDueOnly = target.endpointIds === null && target.certificateId === null;
    if (isDueOnly && !target.allDue) throw new AppError('invalid_argument', 'name endpoints, a certificate, or all that are due', { reason: 'rotation.no_target' });
    if (isDueOnly) allow(principal, 'administer', { what: 'rotate every endpoint that is due' });
    const made = input.newCertificate === null ? null : await this.mine(await this.targets.certificate(input.newCertificate), principal);
    if (target.certificateId !== null) await this.mine(await this.targets.certificate({ id: target.certificateId }), principal);
    const plan = await this.plan(input, made, isDueOnly);
    for (const { old_certificate_id: old, new_certificate_id: next } of plan.planned) for (const id of [old, next]) this.check(plan, id, principal);
    if (isDryRun) {
      for (const each of plan.planned) this.trail.count('failure', each);
      const userId = principal.kind === 'user' ? principal.userId : null;
      return { rotations: plan.planned.map((each) => planView(each, this.clock.now(), userId)), refused: plan.refused };
    }
    return this.database.transaction((tx) => this.begin.run(tx, plan, principal));
  }

  private async plan({ target, removesOld, verifies }: Input, made: PlacedCertificate | null, isDueOnly: boolean): Promise<Plan> {
    const missing = new Set(target.endpointIds ?? []);
    const plan: Plan = { planned: [], refused: [], certificates: new Map() };
    for await (const endpoints of this.targets.endpoints(target)) {
      for (const { id } of endpoints) missing.delete(id);
      const page = await this.planner.run({ endpoints, made, oldCertificateId: target.certificateId, isDueOnly, removesOld, verifies });
      plan.planned.push(...page.planned);
      plan.refused.push(...page.refused);
      plan.certificates = new Map([...plan.certificates, ...page.certificates]);
      if (plan.planned.length > mostRotations || plan.refused.length > mostRotations) break;
    }
    const [first] = missing;
    if (first !== undefined && missing.size === target.endpointIds?.length) throw noSuchEndpoint(first);
    const left = plan.planned.slice(mostRotations).map((each) => ({ endpointId: each.endpoint_id, name: each.endpoint_name, reason: `one request begins ${mostRotations} at most: ask again for the rest` }));
    const unknown = plan.planned.length > mostRotations ? [] : [...missing].map((id) => ({ endpointId: id, name: String(id), reason: noSuchEndpoint(id).message }));
    return { ...plan, planned: plan.planned.slice(0, mostRotations), refused: [...plan.refused, ...left, ...unknown].slice(0, 2 * mostRotations) };
  }

  private async mine(certificate: PlacedCertificate, principal: Principal): Promise<PlacedCertificate> {
    allow(principal, 'certificate:write', certificate);
    return certificate;
  }

  private check({ certificates }: Plan, id: number | null, principal: Principal): void {
    const certificate = id === null ? undefined : certificates.get(id);
    if (certificate !== undefined) allow(principal, 'certificate:write', certificate);
  }
}
