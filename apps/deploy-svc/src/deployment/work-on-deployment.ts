import { Injectable } from '@nestjs/common';
import { toAppError } from '@sifaka/kernel';
import { DeployCertificate } from './deploy-certificate.js';
import { PlaceTaken } from './guard-places.js';
import { mayPass, untilNextTry } from './pauses.js';
import { RecordProgress } from './record-progress.js';
import { RemoveDeployment } from './remove-deployment.js';
import { RollBackDeployment } from './roll-back-deployment.js';
import { wasStopped } from './stoppable.js';
import type { Turn } from './turn.js';

/** Does what is wanted of one deployment, from wherever the last one who tried has left it. */
@Injectable()
export class WorkOnDeployment {
  constructor(
    private readonly deployment: DeployCertificate,
    private readonly removal: RemoveDeployment,
    private readonly rollback: RollBackDeployment,
    private readonly record: RecordProgress,
  ) {}

  /** @throws only what is wrong with this service itself, or its lease; see `wasStopped` */
  async run(turn: Turn): Promise<void> {
    await this.record.begin(turn, undefined, { attempts: turn.row.attempts + 1, blocked_by: null });
    turn.version = turn.row.version;
    try {
      await this.take(turn);
    } catch (error) {
      if (wasStopped(error)) throw error;
      const nextTryMs = mayPass(error) ? untilNextTry(turn.row.attempts, toAppError(error).retryAfterMs, Math.random()) : null;
      // A phase that was written stays while it is tried: it says what may have happened there.
      const changes = { ...(nextTryMs === null && turn.row.wanted === 'deployed' && { phase: null }), ...(error instanceof PlaceTaken && { blocked_by: error.certificateId }) };
      await this.record.failed(turn, { error, nextTryMs, changes });
    }
  }

  private take(turn: Turn): Promise<void> {
    const { wanted, phase } = turn.row;
    if (wanted === 'removed') return this.removal.run(turn);
    return phase === 'rolling_back' ? this.rollback.resume(turn) : this.deployment.run(turn);
  }
}
