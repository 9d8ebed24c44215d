import { Injectable } from '@nestjs/common';
import { assertNever } from '@sifaka/kernel';
import { DeployStep } from './deploy-step.js';
import { EndpointCalls } from './endpoint-calls.js';
import { RemoveStep } from './remove-step.js';
import type { Outcome, Phase, RotationTurn } from './rotation.js';
import { UndoStep } from './undo-step.js';
import { VerifyStep } from './verify-step.js';

/** One step, by the phase that is written down. */
@Injectable()
export class RotationSteps {
  constructor(
    private readonly deployment: DeployStep,
    private readonly verification: VerifyStep,
    private readonly removal: RemoveStep,
    private readonly undoing: UndoStep,
    private readonly endpoints: EndpointCalls,
  ) {}

  run(turn: RotationTurn): Promise<Outcome> {
    const { phase } = turn.row;
    switch (phase) {
      case 'deploy':
        return this.deployment.run(turn);
      case 'point':
        return this.after(this.endpoints.point(turn.row, 'there'), turn.row.verifies ? 'verify' : 'confirm');
      case 'verify':
        return this.verification.run(turn);
      case 'confirm':
        return this.after(this.endpoints.confirm(turn.row), turn.row.removes_old && turn.row.old_certificate_id !== null ? 'remove' : 'end');
      case 'remove':
        return this.removal.run(turn);
      case 'undo':
        return this.undoing.run(turn);
      default:
        return assertNever(phase);
    }
  }

  private async after(work: Promise<void>, next: Phase | 'end'): Promise<Outcome> {
    await work;
    return { kind: 'done', next };
  }
}
