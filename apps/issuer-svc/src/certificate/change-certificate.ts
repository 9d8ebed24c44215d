import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { allow } from '@sifaka/authz';
import { certificateUpdated, type AuditEntry, type CertificateRecord, type LogType, type Principal } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { auditEntry, newEvent, Outbox, type NewEvent } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import type { z } from 'zod';
import { CertificateRepository, storedFacts, type CertificateState, type StoredCertificate } from './certificate.repository.js';
import { Filing } from './filing.js';

export interface Change {
  /** What becomes different. */
  state: Partial<CertificateState>;
  /** Certificates that it takes the place of from now on; absent: as they are. */
  replaces?: readonly number[];
  log: z.output<typeof LogType>;
  /** Of the audit entry: `certificate.updated`. */
  action: string;
  /** Default: that it was updated. */
  event?: (changed: StoredCertificate, at: Date) => NewEvent;
  /** What else becomes different with it, last in the same transaction. */
  within?: (tx: Sql, before: StoredCertificate, at: Date) => Promise<void>;
}

/** Changes a certificate with everything that is written about it, in one transaction, for a caller who may. */
@Injectable()
export class ChangeCertificate {
  constructor(
    private readonly database: Database,
    private readonly certificates: CertificateRepository,
    private readonly outbox: Outbox,
    private readonly filing: Filing,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param decide what changes, given the row as it is; it may refuse
   * @throws AppError `not_found`, `permission_denied`
   */
  async run(id: number, principal: Principal, decide: (certificate: StoredCertificate, at: Date) => Change): Promise<CertificateRecord> {
    const at = this.clock.now();
    await this.database.transaction(async (tx) => {
      const certificate = await this.certificates.lock(tx, id);
      allow(principal, 'certificate:write', certificate);
      const change = decide(certificate, at);
      const changed: StoredCertificate = { ...certificate, ...change.state, replaces: [...(change.replaces ?? certificate.replaces)] };

      await this.certificates.change(tx, id, changed);
      if (change.replaces !== undefined) await this.certificates.replace(tx, id, change.replaces);
      await this.certificates.log(tx, { certificateId: id, type: change.log, at, userId: principal.kind === 'user' ? principal.userId : null });
      const event = change.event ?? updatedEvent;
      await this.outbox.record(tx, [auditOf(principal, certificate, changed, change.action, at)], [event(changed, at)]);
      await change.within?.(tx, certificate, at);
    });
    return this.filing.read(id);
  }
}

const updatedEvent = (changed: StoredCertificate, at: Date): NewEvent => newEvent(certificateUpdated, storedFacts(changed), { subject: String(changed.id), at });

const audited = ['owner', 'roleIds', 'description', 'notify', 'rotation', 'rotationPolicyId', 'status', 'deleted', 'revocationReason', 'revocationComments', 'replaces'] as const;

/** Before and after of what became different. */
function auditOf(principal: Principal, before: StoredCertificate, after: StoredCertificate, action: string, at: Date): AuditEntry {
  const different = audited.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  const details = Object.fromEntries(different.map((key) => [key, { before: before[key], after: after[key] }]));
  return auditEntry(principal, { at, service: 'issuer', action, object: { type: 'certificate', id: before.id, name: before.name }, details });
}
