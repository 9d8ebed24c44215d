import { Injectable } from '@nestjs/common';
import { toAppError } from '@sifaka/kernel';
import { PrepareTurn } from './prepare-turn.js';
import { RecordProgress } from './record-progress.js';
import { RollBackDeployment } from './roll-back-deployment.js';
import { untilStopped } from './stoppable.js';
import type { Turn } from './turn.js';

/** Takes a certificate from its destination, where the plugin can. */
@Injectable()
export class RemoveDeployment {
  constructor(
    private readonly preparation: PrepareTurn,
    private readonly rollback: RollBackDeployment,
    private readonly record: RecordProgress,
  ) {}

  /** @throws what keeps it from being taken away; safe to run again */
  async run(turn: Turn): Promise<void> {
    if (!turn.row.is_held) return this.record.removed(turn, turn.row.deployed_at === null ? 'it was never uploaded' : null);
    const prepared = await this.preparation.run(turn);
    if (prepared === null) return this.record.removed(turn, 'left as it is: the destination or the certificate does not exist any more', true);
    const { instance, destination, deployed } = prepared;
    // Proven, and cut off before what was kept for a rollback was cleared away: it is not wanted back.
    if (turn.row.phase === 'settling') await untilStopped(turn.signal, `clearing up at destination "${destination.label}"`, async (signal) => instance.settle?.(deployed, signal));
    else if (turn.row.phase !== null && turn.row.phase !== 'removing') {
      // An upload was cut off half-way: what it replaced comes first.
      const fault = await this.rollback.putBack(turn, prepared);
      if (fault !== null) throw toAppError(fault);
    }
    if (instance.remove === undefined) return this.record.removed(turn, `left at the destination: plugin "${destination.plugin}" cannot remove certificates`, true);
    await this.record.begin(turn, 'removing');
    await untilStopped(turn.signal, `removing from destination "${destination.label}"`, async (signal) => instance.remove?.(deployed, signal));
    await this.record.removed(turn, turn.row.ended_by === 'cleaned' ? turn.row.note : null);
  }
}
