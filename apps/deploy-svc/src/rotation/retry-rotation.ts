import { Injectable } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import type { InputOf, Principal, retryRotation, RotationRecord } from '@sifaka/contracts';
import { Database, uniqueViolation } from '@sifaka/database';
import { PlacedCertificates } from '../deployment/placed-certificates.js';
import { noSuchRotation } from './read-rotations.js';
import { refused, ReplanRotation } from './replan-rotation.js';
import type { Rotation } from './rotation.js';
import { RotationRepository } from './rotation.repository.js';
import { RotationTrail } from './rotation-trail.js';
import { RotationTurns } from './rotation-turns.repository.js';
import { rotationView } from './rotation.view.js';

/** Takes a failed rotation up again, as it would be planned now; one that waits goes on at once. */
@Injectable()
export class RetryRotation {
  constructor(
    private readonly database: Database,
    private readonly rotations: RotationRepository,
    private readonly placed: PlacedCertificates,
    private readonly planning: ReplanRotation,
    private readonly turns: RotationTurns,
    private readonly trail: RotationTrail,
  ) {}

  async run({ id }: InputOf<typeof retryRotation>, principal: Principal): Promise<RotationRecord> {
    const before = await this.rotations.byId(id);
    if (before === undefined) throw noSuchRotation(id);
    const ids = [before.new_certificate_id, ...(before.old_certificate_id === null ? [] : [before.old_certificate_id])];
    for (const certificate of await this.placed.read(ids)) allow(principal, 'certificate:write', certificate);
    if (before.state === 'succeeded') throw refused(`rotation ${id} has succeeded`);
    const planned = before.finished_at === null ? null : await this.planning.run(before);
    const row = await this.database.transaction(async (tx) => {
      const changed = planned === null ? await this.rotations.hasten(tx, id) : await this.rotations.again(tx, id, planned).catch(unlessTaken(before));
      if (changed === undefined) return undefined;
      await this.trail.requested(tx, [changed], principal, 'retried');
      await this.turns.wake(tx);
      return changed;
    });
    // It came to an end, or was taken up, since it was read.
    return rotationView(row ?? (await this.rotations.byId(id)) ?? before);
  }
}

const unlessTaken =
  ({ endpoint_name }: Rotation) =>
  (error: unknown): never => {
    if (uniqueViolation(error)?.constraint === 'rotation_open') throw refused(`another rotation of "${endpoint_name}" is under way`);
    throw error;
  };
