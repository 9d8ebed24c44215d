import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import type { CertificateFacts } from '@sifaka/pki';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { CertificateRepository } from '../certificate/certificate.repository.js';
import { FailPending, type Failure } from './fail-pending.js';
import { PendingRepository } from './pending.repository.js';

/** Keeps certificates that an authority issued and that nobody is given: they are valid, and may have to be revoked. */
@Injectable()
export class Orphans {
  constructor(
    private readonly pending: PendingRepository,
    private readonly certificates: CertificateRepository,
    private readonly failing: FailPending,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** What waited for it ends, too: nothing better will come. */
  async keep(facts: CertificateFacts, { pendingId, authorityId, failure }: { pendingId: number; authorityId: number | null; failure: Failure }): Promise<void> {
    const reason = failure.error;
    const isNew = await this.pending.keepOrphan(facts, { authorityId, pendingId, reason, at: this.clock.now() });
    if (isNew) this.logger.warn({ pendingCertificateId: pendingId, serial: facts.serialHex, reason }, 'a certificate that was issued is not filed, and kept on record');
    await this.failing.run(pendingId, failure);
  }

  /** There is nothing to keep. */
  async giveUp(pendingId: number, failure: Failure): Promise<void> {
    await this.failing.run(pendingId, failure);
  }

  async isCertificate(id: number, { fingerprintSha256 }: CertificateFacts): Promise<boolean> {
    return (await this.certificates.get(id)).fingerprint === fingerprintSha256;
  }
}
