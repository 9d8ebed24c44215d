import { Inject, Injectable } from '@nestjs/common';
import { AppError, type Clock } from '@sifaka/kernel';
import type { Principal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { auditEntry, Outbox } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { KeyVault } from '../keys/key-vault.js';
import { CertificateRepository, type StoredCertificate } from './certificate.repository.js';

/** How a private key comes to be seen. */
type Sight = { reason: 'key_view' } | { reason: 'export'; plugin: string };

/** The private key of a certificate, for a caller who was found to be allowed: the sight is on record before the key is fetched. */
@Injectable()
export class PrivateKeys {
  constructor(
    private readonly database: Database,
    private readonly certificates: CertificateRepository,
    private readonly keys: KeyVault,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** PKCS#8 DER. @throws AppError `failed_precondition` for the key of an authority */
  async see(certificate: StoredCertificate, keyId: string, principal: Principal, sight: Sight): Promise<Buffer> {
    if (certificate.rootAuthorityId !== null) {
      throw new AppError('failed_precondition', `"${certificate.name}" is the certificate of an authority: its private key never leaves the key vault`, {
        reason: 'key.never_leaves',
      });
    }
    await this.record(certificate, principal, sight);
    return this.keys.export(keyId, sight.reason, certificate.name);
  }

  private async record({ id, name, owner, userId }: StoredCertificate, principal: Principal, sight: Sight): Promise<void> {
    const at = this.clock.now();
    const details = { ...sight, owner, creatorId: userId };
    const entry = auditEntry(principal, { at, service: 'issuer', action: 'key.viewed', object: { type: 'certificate', id, name }, details });
    await this.database.transaction(async (tx) => {
      await this.certificates.log(tx, { certificateId: id, type: 'key_view', at, userId: principal.kind === 'user' ? principal.userId : null });
      await this.outbox.record(tx, [entry]);
    });
  }
}
