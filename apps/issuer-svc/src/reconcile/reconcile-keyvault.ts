import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { deleteKeys, listKeys, listSignatures } from '@sifaka/contracts';
import { Job, RpcClient, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CLOCK, CONFIG, LOGGER } from '@sifaka/runtime';
import type { IssuerConfig } from '../issuer.config.js';
import { ReconcileRepository, type Signature } from './reconcile.repository.js';

/**
 * Compares what the key vault did with what the inventory knows.
 *
 * A stop between key, signature and row leaves a key that nobody uses or a signature without certificate. Signatures are kept on
 * record, because they are valid; keys are deleted, because they are not needed. Both only after twice the time
 * within which a certificate is stored or not at all (`issueLimitSeconds`).
 */
@Injectable()
export class ReconcileKeyvault {
  constructor(
    private readonly rpc: RpcClient,
    private readonly repository: ReconcileRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CONFIG) private readonly config: IssuerConfig,
  ) {}

  @Job('reconcile-keyvault', { cron: '* * * * *', timeLimitMs: 55_000 })
  async run(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const olderThanMs = 2_000 * this.config.issueLimitSeconds;
    await this.compareSignatures(olderThanMs, signal);
    await this.sweepKeys(olderThanMs, signal);
    await this.sweepReleased(signal);
  }

  private async compareSignatures(olderThanMs: number, signal: AbortSignal): Promise<void> {
    let after = await this.repository.cursor('signatures');
    while (!signal.aborted) {
      const { signatures } = await this.rpc.call(listSignatures, { afterSequence: after, olderThanMs, limit: pageSize });
      const last = signatures.at(-1);
      if (last === undefined) return;
      const orphans = await this.orphansAmong(signatures);
      if (orphans.length > 0) this.logger.warn({ serials: orphans.map(({ serialHex }) => serialHex) }, 'signatures without certificate were found and kept on record');
      await this.repository.keepOrphans(orphans, last.sequence, this.clock.now());
      after = last.sequence;
    }
  }

  private async orphansAmong(signatures: readonly Signature[]): Promise<Signature[]> {
    const certificates = signatures.filter(({ purpose }) => purpose === 'certificate' || purpose === 'ssh');
    const known = await this.repository.certificatesWithSerials(certificates.flatMap(({ serialHex }) => (serialHex === null ? [] : [serialHex])));
    return certificates.filter(({ serialHex, tbsDer }) => {
      const tbs = Buffer.from(tbsDer, 'base64');
      return !(known.get(serialHex ?? '') ?? []).some((der) => der.includes(tbs));
    });
  }

  private async sweepKeys(olderThanMs: number, signal: AbortSignal): Promise<void> {
    let after = await this.repository.cursor('keys');
    while (!signal.aborted) {
      const { keys } = await this.rpc.call(listKeys, { afterSequence: after, olderThanMs, limit: pageSize });
      const last = keys.at(-1);
      if (last === undefined) return;
      const unused = await this.repository.unusedAmong(keys.map(({ keyId }) => keyId));
      if (unused.length > 0) {
        this.logger.info({ count: unused.length }, 'keys that no certificate uses are deleted');
        await this.rpc.call(deleteKeys, { keyIds: unused });
      }
      await this.repository.moveCursor('keys', last.sequence);
      after = last.sequence;
    }
  }

  /** Keys of pending certificates that came to nothing: the cursor has passed them long ago. */
  private async sweepReleased(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const released = await this.repository.releasedKeys(pageSize);
      if (released.length === 0) return;
      const unused = await this.repository.unusedAmong(released);
      if (unused.length > 0) await this.rpc.call(deleteKeys, { keyIds: unused });
      await this.repository.forgetReleased(released);
    }
  }
}

const pageSize = 500;
