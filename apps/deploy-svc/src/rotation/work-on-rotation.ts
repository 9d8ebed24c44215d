import { Injectable } from '@nestjs/common';
import { AppError, assertNever, isAppError, toAppError } from '@sifaka/kernel';
import { mayPass, untilNextTry } from '../deployment/pauses.js';
import { RecordRotation } from './record-rotation.js';
import type { Outcome, RotationTurn } from './rotation.js';
import { RotationSteps } from './rotation-steps.js';
import { leaseLost } from './rotation-turns.repository.js';

/** A removal that fails so often leaves the old certificate there: the rotation has done what it was for. */
const removalTries = 3;

/** Does the steps of a rotation from wherever the last one who tried has left it. */
@Injectable()
export class WorkOnRotation {
  constructor(
    private readonly steps: RotationSteps,
    private readonly record: RecordRotation,
  ) {}

  /** @throws only what is wrong with this service itself, or its lease */
  async run(turn: RotationTurn): Promise<void> {
    await this.record.begin(turn);
    while (turn.row.finished_at === null && !isCutOff(turn)) {
      try {
        const outcome = await this.steps.run(turn);
        if (!(await this.goesOn(turn, outcome))) return;
      } catch (error) {
        if (isAppError(error) && error.reason === leaseLost) throw error;
        // What is cut off goes on elsewhere.
        if (isCutOff(turn)) return;
        if (!(await this.afterFault(turn, error))) return;
      }
    }
  }

  private async goesOn(turn: RotationTurn, outcome: Outcome): Promise<boolean> {
    switch (outcome.kind) {
      case 'done':
        await this.record.done(turn, outcome);
        return true;
      case 'wait':
        await this.record.waits(turn, outcome);
        return false;
      case 'undo':
        await this.record.undoes(turn, outcome.cause);
        return true;
      case 'undone': {
        const { cause, old_name } = turn.row;
        await this.record.failed(turn, new AppError('upstream_failed', `${cause ?? ''} (put back: "${old_name ?? ''}" is presented again)`, { reason: 'rotation.undone' }), null, 'done');
        return false;
      }
      default:
        return assertNever(outcome);
    }
  }

  /** @returns whether there is more to do now */
  private async afterFault(turn: RotationTurn, error: unknown): Promise<boolean> {
    const { phase, tries, cause } = turn.row;
    const fault = toAppError(error);
    const nextTryMs = mayPass(error) ? untilNextTry(tries, fault.retryAfterMs, Math.random()) : null;
    if (phase === 'remove' && (nextTryMs === null || tries >= removalTries)) {
      await this.record.done(turn, { kind: 'done', next: 'end', isSkipped: true, detail: `it stays there: ${fault.message}` });
      return true;
    }
    if (phase === 'point' && nextTryMs === null && fault.code !== 'not_found') {
      await this.record.undoes(turn, fault.message);
      return true;
    }
    const told = phase === 'undo' ? new AppError(fault.code, `${cause ?? ''}; what was presented before could not be put back: ${fault.message}`, { reason: 'rotation.not_undone' }) : error;
    await this.record.failed(turn, told, nextTryMs);
    return false;
  }
}

const isCutOff = ({ signal }: RotationTurn): boolean => signal.aborted;
