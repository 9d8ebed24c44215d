import { Injectable } from '@nestjs/common';
import { AppError, isAppError, toAppError } from '@sifaka/kernel';
import type { StepName } from './deployment.js';
import { mayPass, untilNextTry } from './pauses.js';
import { PrepareTurn } from './prepare-turn.js';
import { describeFaults, proofLimitMs, ProveServed } from './prove-served.js';
import { RecordProgress } from './record-progress.js';
import { unlessStopped, untilStopped, wasStopped } from './stoppable.js';
import type { Prepared, Turn } from './turn.js';

interface Cause {
  /** In words. */
  why: string;
  /** The upload is tried again later. */
  isPassing: boolean;
}

/** Puts back what an upload replaced, and asks whether that is served again. */
@Injectable()
export class RollBackDeployment {
  constructor(
    private readonly preparation: PrepareTurn,
    private readonly proofs: ProveServed,
    private readonly record: RecordProgress,
  ) {}

  /** Goes on with what a crash, or a fault that passes, has cut off. */
  async resume(turn: Turn): Promise<void> {
    const prepared = await this.preparation.run(turn);
    const why = turn.row.last_error ?? 'the upload was cut off';
    if (prepared === null) return this.record.failed(turn, { error: new AppError('failed_precondition', `${why}; the destination or the certificate does not exist any more`), nextTryMs: null, changes: { phase: null } });
    await this.run(turn, prepared, { why, isPassing: turn.row.is_passing });
  }

  async run(turn: Turn, prepared: Prepared, { why, isPassing }: Cause): Promise<void> {
    const isUploadFault = turn.row.phase === 'uploading';
    await this.record.begin(turn, 'rolling_back', { last_error: why.slice(0, 1_000), is_passing: isPassing }, ...(isUploadFault ? [step('failed', why)] : []));
    const fault = await this.putBack(turn, prepared);
    // A server that does not take anything over serves what it served before: that is asked.
    const isAsked = fault === null || (isAppError(fault) && fault.reason === 'destination.not_reloaded' && prepared.points.length > 0);
    if (!isAsked) return this.failed(turn, why, fault);
    const proofs = await this.proofs.restored(prepared.points, prepared.deployed, turn.row.served_before, { limitMs: prepared.instance.servedWithinMs ?? proofLimitMs, signal: turn.signal });
    const still = describeFaults(proofs);
    if (still !== '') unlessStopped(turn.signal, 'asking for what is served');
    const isBack = still === '';
    const detail = isBack ? described(proofs.length) : still;
    await this.record.begin(turn, undefined, {}, step(isBack ? 'rolled_back' : 'rollback_failed', detail));
    const error = new AppError('upstream_failed', isBack ? `${why} (rolled back: ${detail})` : `${why}; it was rolled back, and yet: ${still}`, { reason: 'deployment.rolled_back' });
    const nextTryMs = isBack && isPassing ? untilNextTry(turn.row.attempts, undefined, Math.random()) : null;
    // What the destination had before this upload it has again: maybe this very certificate.
    const is_held = !isBack || turn.row.deployed_at !== null || (await this.mayHold(turn, prepared));
    await this.record.failed(turn, { error, nextTryMs, changes: { phase: null, is_rolled_back: isBack, served_before: null, is_held, is_passing: false } });
  }

  /** @returns what kept it from being put back @throws AppError when it was stopped */
  async putBack({ signal: held }: Pick<Turn, 'signal'>, { instance, destination, deployed }: Prepared): Promise<unknown> {
    if (instance.rollback === undefined) return null;
    try {
      await untilStopped(held, `putting back what destination "${destination.label}" had before`, async (signal) => instance.rollback?.(deployed, signal));
      return null;
    } catch (error) {
      if (wasStopped(error)) throw error;
      return error;
    }
  }

  /** Only a destination that says so itself is without the certificate and its key: what may be there is removed when it is detached. */
  private async mayHold({ signal: held }: Turn, { instance, destination, deployed }: Prepared): Promise<boolean> {
    if (instance.verify === undefined) return true;
    try {
      return await untilStopped(held, `asking destination "${destination.label}"`, async (signal) => (await instance.verify?.(deployed, signal)) ?? true);
    } catch (error) {
      if (wasStopped(error)) throw error;
      return true;
    }
  }

  /** It is tried again until the destination has what it had: only then may anything else be done there. */
  private async failed(turn: Turn, why: string, fault: unknown): Promise<void> {
    const { message, retryAfterMs } = toAppError(fault);
    await this.record.begin(turn, undefined, {}, step('rollback_failed', message));
    const nextTryMs = mayPass(fault) ? untilNextTry(turn.row.attempts, retryAfterMs, Math.random()) : null;
    const error = new AppError('upstream_failed', `${why}; what was there before could not be put back: ${message}`, { reason: 'deployment.rollback_failed' });
    // While it is still tried the first reason is kept: the end is told with it.
    await this.record.failed(turn, { error, nextTryMs, changes: nextTryMs === null ? { phase: null } : { last_error: why.slice(0, 1_000) } });
  }
}

const step = (what: StepName, detail: string): [StepName, string] => [what, detail];

const described = (count: number): string => (count === 0 ? 'the destination has what it had before' : 'what was served before is served again');
