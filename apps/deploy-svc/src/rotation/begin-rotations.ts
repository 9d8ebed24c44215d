import { Injectable } from '@nestjs/common';
import type { Principal, RotationAnswer } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import type { Plan, Refused } from './plan-rotations.js';
import type { PlannedRotation, Rotation } from './rotation.js';
import { RotationRepository } from './rotation.repository.js';
import { RotationTrail } from './rotation-trail.js';
import { RotationTurns } from './rotation-turns.repository.js';
import { rotationView } from './rotation.view.js';

/** Writes rotations down; one that is under way already is answered with, or stands in the way of another. */
@Injectable()
export class BeginRotations {
  constructor(
    private readonly rotations: RotationRepository,
    private readonly trail: RotationTrail,
    private readonly turns: RotationTurns,
  ) {}

  async run(tx: Sql, plan: Plan, principal: Principal): Promise<RotationAnswer> {
    return (await this.all(tx, plan, principal)).answer;
  }

  /** @returns also those of the answer that were not under way already */
  async all(tx: Sql, { planned, refused }: Plan, principal: Principal): Promise<{ begun: Rotation[]; answer: RotationAnswer }> {
    const begun = await this.rotations.insert(tx, planned, principal.kind === 'user' ? principal.userId : null);
    if (begun.length > 0) {
      await this.trail.requested(tx, begun, principal, 'requested');
      await this.turns.wake(tx);
    }
    const others = begun.length === planned.length ? [] : await this.rotations.openAt(planned.map(({ endpoint_id }) => endpoint_id), tx);
    const all = [...begun, ...others.filter(({ id }) => begun.every((each) => each.id !== id))];
    const rotations: Rotation[] = [];
    const inTheWay: Refused[] = [];
    for (const each of planned) {
      const row = all.find((one) => one.endpoint_id === each.endpoint_id && one.old_certificate_id === each.old_certificate_id);
      if (row?.new_certificate_id === each.new_certificate_id) rotations.push(row);
      else inTheWay.push({ endpointId: each.endpoint_id, name: each.endpoint_name, reason: busy(row, each) });
    }
    return { begun, answer: { rotations: rotations.map(rotationView), refused: [...refused, ...inTheWay] } };
  }
}

const busy = (row: Rotation | undefined, { endpoint_name }: PlannedRotation): string =>
  row === undefined ? `a rotation of "${endpoint_name}" has ended just now: ask again` : `rotation ${row.id} to certificate "${row.new_name}" is under way there`;
