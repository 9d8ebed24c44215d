import { Injectable } from '@nestjs/common';
import { certificateFoundRevoked, certificateReleased, type Principal, type RevocationCheckRecord } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { auditEntry, newEvent, Outbox } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import { CertificateRepository, type StoredCertificate } from '../certificate/certificate.repository.js';
import { RevocationCheckRepository } from './revocation-check.repository.js';

/** Keeps what the CA said of a certificate, with everything that follows from it, in one transaction. */
@Injectable()
export class KeepVerdict {
  constructor(
    private readonly database: Database,
    private readonly certificates: CertificateRepository,
    private readonly checks: RevocationCheckRepository,
    private readonly outbox: Outbox,
  ) {}

  /**
   * A certificate that is revoked becomes so here, and nothing else changes about it (ST-8). One that was revoked here stays so, whatever
   * its CA says; one that only its CA had revoked is valid again when the CA says so.
   */
  async run(record: RevocationCheckRecord, by: Principal): Promise<void> {
    await this.database.transaction(async (tx) => {
      const certificate = await this.certificates.lock(tx, record.certificateId);
      if (certificate.status !== 'revoked') return record.status === 'revoked' ? this.found(tx, certificate, record, by) : this.keep(tx, record);
      const wasFound = await this.checks.wasFound(tx, certificate.id);
      if (wasFound && record.status === 'good') return this.release(tx, certificate, record, by);
      await this.checks.keepWithin(tx, record, wasFound);
    });
  }

  private async keep(tx: Sql, record: RevocationCheckRecord): Promise<void> {
    await this.checks.keep([record], tx);
  }

  private async found(tx: Sql, certificate: StoredCertificate, record: RevocationCheckRecord, by: Principal): Promise<void> {
    const { id, name, owner, serialHex, notify } = certificate;
    const at = new Date(record.checkedAt);
    await this.checks.keepWithin(tx, record, true);
    await this.checks.markRevoked(tx, id, { revokedAt: record.revokedAt === null ? at : new Date(record.revokedAt), reason: record.crlReason ?? 'unspecified' });
    const facts = { id, name, owner, serialHex, notify, revokedAt: record.revokedAt, crlReason: record.crlReason, saidBy: record.saidBy === 'ocsp' ? ('ocsp' as const) : ('crl' as const) };
    await this.outbox.record(tx, [auditOf(by, certificate, 'certificate.found_revoked', record)], [newEvent(certificateFoundRevoked, facts, { subject: String(id), at })]);
    measure.count('certificate_revoked', { status: 'success', certificate_name: name, certificate_id: id });
  }

  private async release(tx: Sql, certificate: StoredCertificate, record: RevocationCheckRecord, by: Principal): Promise<void> {
    const { id, name, owner, authorityId, serialHex, fingerprint } = certificate;
    await this.checks.keepWithin(tx, record, false);
    await this.checks.markReleased(tx, id);
    const facts = { id, name, owner, authorityId, serialHex, fingerprintSha256: fingerprint, releasedAt: record.checkedAt };
    await this.outbox.record(tx, [auditOf(by, certificate, 'certificate.found_released', record)], [newEvent(certificateReleased, facts, { subject: String(id), at: new Date(record.checkedAt) })]);
  }
}

function auditOf(by: Principal, { id, name, status }: StoredCertificate, action: string, record: RevocationCheckRecord) {
  const details = { status: { before: status, after: record.status === 'good' ? 'valid' : 'revoked' }, saidBy: record.saidBy, crlReason: record.crlReason, revokedAt: record.revokedAt };
  return auditEntry(by, { at: new Date(record.checkedAt), service: 'issuer', action, object: { type: 'certificate', id, name }, details });
}
