import { Injectable } from '@nestjs/common';
import { AppError, toAppError } from '@sifaka/kernel';
import { DeploymentRepository } from '../deployment/deployment.repository.js';
import { PlacedCertificates } from '../deployment/placed-certificates.js';
import { mayPass } from '../deployment/pauses.js';
import { DeployStep, ended } from './deploy-step.js';
import { EndpointCalls } from './endpoint-calls.js';
import type { Outcome, Rotation, RotationTurn } from './rotation.js';
import { pauseUntil } from './verify-step.js';

const undone: Outcome = { kind: 'undone' };

/** Has the endpoint present the old certificate again, and asks whether it does. Again changes nothing. */
@Injectable()
export class UndoStep {
  constructor(
    private readonly deploying: DeployStep,
    private readonly deployments: DeploymentRepository,
    private readonly placed: PlacedCertificates,
    private readonly endpoints: EndpointCalls,
  ) {}

  async run(turn: RotationTurn): Promise<Outcome> {
    const { old_certificate_id: old, rotates_by } = turn.row;
    if (old === null) throw new AppError('failed_precondition', 'nobody knows what it presented before', { reason: 'rotation.old_unknown' });
    const waiting = rotates_by === 'destination' || (await this.lostItsPlace(turn.row, old)) ? await this.putBack(turn, old) : null;
    if (waiting !== null) return waiting;
    if (rotates_by === 'source') {
      const fault = await this.pointBack(turn.row);
      if (fault !== null) return this.afterFault(turn.row, old, fault);
    }
    const { isServed, detail } = await this.endpoints.asks(turn.row, old);
    if (isServed === true) return undone;
    const pauseMs = pauseUntil(turn.row.phase_until);
    if (pauseMs !== null) return { kind: 'wait', pauseMs, why: turn.row.cause };
    // The source has done as it was told; that it cannot be asked says nothing against it.
    if (isServed === null && rotates_by === 'source') return undone;
    throw new AppError('failed_precondition', `"${turn.row.old_name ?? ''}" is not presented: ${detail}`, { reason: 'rotation.not_undone' });
  }

  /** In the store the new one took the old one's place. */
  private async lostItsPlace({ destination_id, deployment_id }: Rotation, old: number): Promise<boolean> {
    const [before] = await this.deployments.of(old, [destination_id]);
    return before !== undefined && (before.ended_by === 'replaced' || before.id === deployment_id);
  }

  /** @returns what is waited for; null: it is there */
  private async putBack(turn: RotationTurn, old: number): Promise<Outcome | null> {
    const outcome = ended(await this.deploying.of(turn, await this.placed.get(old)), undone);
    return outcome.kind === 'wait' ? outcome : null;
  }

  private async pointBack(row: Rotation): Promise<unknown> {
    try {
      await this.endpoints.point(row, 'back');
      return null;
    } catch (error) {
      return error;
    }
  }

  /** It may never have been changed: then nothing is wrong. @throws the fault */
  private async afterFault(row: Rotation, old: number, fault: unknown): Promise<Outcome> {
    const answer = await this.endpoints.asks(row, old).catch(() => null);
    if (answer?.isServed === true) return undone;
    if (mayPass(fault)) throw fault;
    throw new AppError(toAppError(fault).code, toAppError(fault).message, { reason: 'rotation.not_undone' });
  }
}
