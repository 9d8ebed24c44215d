import { Injectable } from '@nestjs/common';
import { certificateFoundRevoked, certificateReleased, type Principal, type RevocationCheckRecord } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { auditEntry, newEvent, Outbox } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import { CertificateRepository, type StoredCertificate } from '../certificate/certificate.repository.js';
import { RevocationCheckRepository, type Finding } from './revocation-check.repository.js';

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
   * its CA says. One that only its CA had on hold is valid again when the CA says so in an answer that is younger than the hold: those from
   * before it hold for days still, and anybody on the way can play them back. What was revoked for good stays so (RFC 5280 section 5.3.1).
   */
  async run(record: RevocationCheckRecord, by: Principal): Promise<void> {
    await this.database.transaction(async (tx) => {
      const certificate = await this.certificates.lock(tx, record.certificateId);
      if (certificate.status !== 'revoked') return record.status === 'revoked' ? this.found(tx, certificate, record, by) : this.keep(tx, record);
      const finding = await this.checks.findingOf(tx, certificate.id);
      if (finding === null) return this.checks.keepWithin(tx, record, null);
      if (certificate.revocationReason === hold && isEnd(record, finding)) return this.release(tx, certificate, record, by);
      if (certificate.revocationReason === hold && isFinal(record)) return this.found(tx, certificate, record, by);
      await this.checks.keepWithin(tx, record, later(finding, record));
    });
  }

  private async keep(tx: Sql, record: RevocationCheckRecord): Promise<void> {
    await this.checks.keep([record], tx);
  }

  private async found(tx: Sql, certificate: StoredCertificate, record: RevocationCheckRecord, by: Principal): Promise<void> {
    const { id, name, owner, serialHex, notify } = certificate;
    const at = new Date(record.checkedAt);
    // Nothing that was signed since a hold is to be trusted more because it became final.
    const revokedAt = certificate.revokedAt ?? (record.revokedAt === null ? at : new Date(record.revokedAt));
    await this.checks.keepWithin(tx, record, { thisUpdate: saidAt(record) ?? at });
    await this.checks.markRevoked(tx, id, { revokedAt, reason: record.crlReason ?? 'unspecified' });
    const facts = { id, name, owner, serialHex, notify, revokedAt: record.revokedAt, crlReason: record.crlReason, saidBy: record.saidBy === 'ocsp' ? ('ocsp' as const) : ('crl' as const) };
    await this.outbox.record(tx, [auditOf(by, certificate, 'certificate.found_revoked', record)], [newEvent(certificateFoundRevoked, facts, { subject: String(id), at })]);
    measure.count('certificate_revoked', { status: 'success', certificate_name: name, certificate_id: id });
  }

  private async release(tx: Sql, certificate: StoredCertificate, record: RevocationCheckRecord, by: Principal): Promise<void> {
    const { id, name, owner, authorityId, serialHex, fingerprint } = certificate;
    await this.checks.keepWithin(tx, record, null);
    await this.checks.markReleased(tx, id);
    const facts = { id, name, owner, authorityId, serialHex, fingerprintSha256: fingerprint, releasedAt: record.checkedAt };
    await this.outbox.record(tx, [auditOf(by, certificate, 'certificate.found_released', record)], [newEvent(certificateReleased, facts, { subject: String(id), at: new Date(record.checkedAt) })]);
  }
}

const hold = 'certificateHold';

const isFinal = ({ status, crlReason }: RevocationCheckRecord): boolean => status === 'revoked' && crlReason !== hold;

function isEnd(record: RevocationCheckRecord, finding: Finding): boolean {
  const at = saidAt(record);
  return record.status === 'good' && at !== null && at > finding.thisUpdate;
}

function later(finding: Finding, record: RevocationCheckRecord): Finding {
  const at = record.status === 'revoked' ? saidAt(record) : null;
  return at !== null && at > finding.thisUpdate ? { thisUpdate: at } : finding;
}

/** Of when the youngest answer is that says what the record says. */
function saidAt({ status, steps }: RevocationCheckRecord): Date | null {
  const times = steps.flatMap(({ outcome, thisUpdate }) => (outcome === status && thisUpdate !== null ? [Date.parse(thisUpdate)] : []));
  return times.length === 0 ? null : new Date(Math.max(...times));
}

function auditOf(by: Principal, { id, name, status }: StoredCertificate, action: string, record: RevocationCheckRecord) {
  const details = { status: { before: status, after: record.status === 'good' ? 'valid' : 'revoked' }, saidBy: record.saidBy, crlReason: record.crlReason, revokedAt: record.revokedAt };
  return auditEntry(by, { at: new Date(record.checkedAt), service: 'issuer', action, object: { type: 'certificate', id, name }, details });
}
