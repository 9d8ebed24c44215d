import { Inject, Injectable } from '@nestjs/common';
import { AppError, timestamp, toAppError, type Clock } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import type { DeployableCertificate, DeployedCertificate, Uploaded } from '@sifaka/plugin-sdk';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { isAbsence, mayPass, untilNextTry } from './pauses.js';
import { PrepareTurn } from './prepare-turn.js';
import { describeFaults, proofLimitMs, ProveServed } from './prove-served.js';
import { RecordProgress } from './record-progress.js';
import { RollBackDeployment } from './roll-back-deployment.js';
import { unlessStopped, untilStopped, wasStopped } from './stoppable.js';
import { refusal } from './suitability.js';
import type { Prepared, Turn } from './turn.js';

/**
 * Puts a certificate to its destination and has it proven that it is served there; what is not is taken back.
 *
 * Cut off anywhere, it begins again: the upload is idempotent, and what it replaced is kept by the plugin until it is proven.
 */
@Injectable()
export class DeployCertificate {
  constructor(
    private readonly preparation: PrepareTurn,
    private readonly proofs: ProveServed,
    private readonly record: RecordProgress,
    private readonly rollback: RollBackDeployment,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws what keeps it from beginning: nothing was changed at the destination */
  async run(turn: Turn): Promise<void> {
    const prepared = await this.preparation.run(turn);
    if (prepared === null) throw new AppError('failed_precondition', 'the destination or the certificate does not exist any more', { reason: 'deployment.gone' });
    if (turn.row.phase === 'settling') return this.finish(turn, prepared, prepared.deployed);
    const isResumed = turn.row.phase === 'uploading' || turn.row.phase === 'verifying';
    const endsAt = new Date(prepared.certificate.notAfter);
    if (!isResumed && endsAt <= this.clock.now() && refusal(prepared.certificate) === null) return this.record.skipped(turn, `not uploaded: the certificate expired on ${timestamp(endsAt)}`);
    const servedBefore = isResumed ? turn.row.served_before : await this.proofs.before(prepared.points);
    let deployable: DeployableCertificate;
    try {
      deployable = await this.withKey(turn, prepared);
    } catch (error) {
      // The crash may have left a half of it there that cannot be completed any more.
      if (isResumed && !mayPass(error)) return this.uploadFailed(turn, prepared, error);
      throw error;
    }
    await this.put(turn, prepared, deployable, servedBefore);
  }

  /** @throws what speaks against an upload */
  private async withKey(turn: Turn, prepared: Prepared): Promise<DeployableCertificate> {
    const { certificate, deployed } = prepared;
    const refused = refusal(certificate);
    if (refused !== null) throw new AppError('failed_precondition', refused, { reason: 'deployment.refused' });
    const { name, commonName, certificateDer, chainDer, fingerprint } = deployed;
    await this.preparation.assertFree(turn, prepared);
    const replaces = await this.preparation.replacedBy(turn, certificate);
    return { name, commonName, certificateDer, chainDer, fingerprint, replaces, privateKeyPkcs8Der: await this.preparation.key(prepared) };
  }

  private async put(turn: Turn, prepared: Prepared, deployable: DeployableCertificate, served_before: Turn['row']['served_before']): Promise<void> {
    const { destination, instance } = prepared;
    try {
      await this.record.begin(turn, 'uploading', { is_held: true, served_before, last_error: null, is_rolled_back: false, proofs: [], note: null }, ['uploading', null]);
    } catch (error) {
      forget(deployable);
      throw error;
    }
    let uploaded: Uploaded;
    // Somebody asked for it again: may be because it is not served.
    const isAgain = turn.row.deployed_at !== null;
    try {
      uploaded = await untilStopped(turn.signal, `uploading to destination "${destination.label}"`, (signal) => uploading(instance.upload(deployable, signal), deployable));
      if (uploaded.wasThere === true && isAgain) await this.reload(turn, prepared, uploaded);
    } catch (error) {
      if (wasStopped(error)) throw error;
      return this.uploadFailed(turn, prepared, error);
    }
    const { externalId, wasThere = false } = uploaded;
    await this.record.begin(turn, 'verifying', { external_id: externalId }, ['uploaded', externalId]);
    await this.verify(turn, prepared, uploaded, wasThere && !isAgain);
  }

  /** For what is there and that nobody has told the server of. */
  private reload({ signal: held }: Turn, { instance, destination, deployed }: Prepared, { externalId }: Uploaded): Promise<void> {
    return untilStopped(held, `having destination "${destination.label}" take over what it has`, async (signal) => instance.reload?.({ ...deployed, externalId }, signal));
  }

  private async uploadFailed(turn: Turn, prepared: Prepared, error: unknown): Promise<void> {
    if (prepared.instance.rollback !== undefined) return this.rollback.run(turn, prepared, { why: toAppError(error).message, isPassing: isAbsence(error) });
    await this.record.failed(turn, { error, nextTryMs: mayPass(error) ? this.pause(turn, error) : null, changes: { phase: null } });
  }

  /** @param isUntold the server may serve what it had when it was told the last time */
  private async verify(turn: Turn, prepared: Prepared, uploaded: Uploaded, isUntold: boolean): Promise<void> {
    const { instance, points } = prepared;
    const deployed = { ...prepared.deployed, externalId: uploaded.externalId };
    const prove = () => this.proofs.byEach(points, deployed, instance.servedWithinMs ?? proofLimitMs, turn.signal);
    let proofs = await prove();
    let untaken = '';
    if (isUntold && instance.reload !== undefined && describeFaults(proofs) !== '') {
      untaken = await this.reload(turn, prepared, uploaded).then(() => '', unlessEnded);
      proofs = await prove();
    }
    const faults = [describeFaults(proofs), untaken].filter((each) => each !== '').join('; ') || (points.length === 0 ? await this.heldFault(turn, prepared, deployed) : '');
    if (faults !== '') {
      unlessStopped(turn.signal, 'asking for what is served');
      await this.record.begin(turn, undefined, { proofs }, ['verification_failed', faults]);
      if (instance.rollback !== undefined) return this.rollback.run(turn, prepared, { why: faults, isPassing: false });
      const error = new AppError('upstream_failed', `${faults} (plugin "${prepared.destination.plugin}" cannot put back what was there before)`);
      return this.record.failed(turn, { error, nextTryMs: this.pause(turn, error), changes: { phase: null, proofs } });
    }
    const asked = points.length > 0 || instance.verify !== undefined;
    if (asked) await this.record.begin(turn, undefined, {}, ['verified', points.length > 0 ? `served at ${points.length} ${points.length === 1 ? 'address' : 'addresses'}` : 'the destination says that it has it']);
    await this.record.begin(turn, 'settling', { proofs });
    await this.finish(turn, prepared, deployed);
  }

  /** It is proven, and is not asked for again when this is cut off: what it replaced may be gone already. */
  private async finish(turn: Turn, prepared: Prepared, deployed: DeployedCertificate): Promise<void> {
    await this.settle(turn, prepared, deployed);
    await this.record.deployed(turn, {});
  }

  /** Without an address to ask, the destination itself is asked where it can tell. A fault of the question says nothing about the upload. */
  private async heldFault({ signal: held }: Turn, { instance, destination }: Prepared, deployed: DeployedCertificate): Promise<string> {
    if (instance.verify === undefined) return '';
    try {
      const isHeld = await untilStopped(held, `asking destination "${destination.label}"`, async (signal) => (await instance.verify?.(deployed, signal)) ?? true);
      return isHeld ? '' : 'the destination says that it does not have what was uploaded';
    } catch (error) {
      if (wasStopped(error)) throw error;
      return `the destination could not be asked whether it has what was uploaded: ${toAppError(error).message}`;
    }
  }

  /** What was kept for a rollback stays until the next upload when this fails; the certificate is served all the same. */
  private async settle({ signal: held }: Turn, { instance, destination }: Prepared, deployed: DeployedCertificate): Promise<void> {
    if (instance.settle === undefined) return;
    await untilStopped(held, `clearing up at destination "${destination.label}"`, async (signal) => instance.settle?.(deployed, signal)).catch((error: unknown) =>
      this.logger.warn({ err: toAppError(error), destinationId: destination.id }, 'what was kept for a rollback could not be cleared away'),
    );
  }

  private pause({ row }: Turn, error: unknown): number | null {
    return untilNextTry(row.attempts, toAppError(error).retryAfterMs, Math.random());
  }
}

/** In words. */
function unlessEnded(error: unknown): string {
  if (wasStopped(error)) throw error;
  return toAppError(error).message;
}

/** The key is in memory for as long as the upload lasts, also when nobody waits for that any more. */
function uploading<T>(upload: Promise<T>, deployable: DeployableCertificate): Promise<T> {
  return upload.finally(() => forget(deployable));
}

function forget({ privateKeyPkcs8Der }: DeployableCertificate): void {
  privateKeyPkcs8Der?.fill(0);
}
