import { Injectable } from '@nestjs/common';
import { authorityUpdated, type Principal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import { auditEntry, Jobs, newEvent, Outbox } from '@sifaka/messaging';
import type { AuthorityState } from '../authority/authority-directory.js';
import type { StoredCertificate } from '../certificate/certificate.repository.js';
import { publishCrlJob } from './publication.js';
import { PublishingAuthorities } from './publishing-authorities.js';
import { RevocationRepository, type Hold } from './revocation.repository.js';

interface Revoking {
  at: Date;
  revokedAt: Date;
  reason: string;
  by: Principal;
}

/** What is written beside a certificate when it is revoked or released: for its authority's lists and answers, and for a hold. */
@Injectable()
export class RecordRevocation {
  constructor(
    private readonly authorities: PublishingAuthorities,
    private readonly revocations: RevocationRepository,
    private readonly jobs: Jobs,
    private readonly outbox: Outbox,
  ) {}

  /** The authority whose lists will name it, ready to be named; null when another publishes. Before the transaction. */
  async publisherOf(authority: AuthorityState): Promise<number | null> {
    return (await this.authorities.of(authority))?.id ?? null;
  }

  holdOf(certificateId: number): Promise<Hold | null> {
    return this.revocations.holdOf(certificateId);
  }

  /** @param before the certificate as it was */
  async revoke(tx: Sql, publisherId: number | null, before: StoredCertificate, { at, revokedAt, reason, by }: Revoking): Promise<void> {
    await this.revocations.takeOver(tx, before.id);
    if (reason === 'certificateHold') await this.revocations.remember(tx, before.id, before, at);
    else await this.revocations.forget(tx, before.id);
    // What it issued from now on nobody would trust.
    if (before.rootAuthorityId !== null && reason !== 'certificateHold') await this.closeAuthority(tx, before.rootAuthorityId, { at, reason, by });
    if (publisherId === null) return;
    const { id: certificateId, serialHex, notAfter } = before;
    await this.revocations.revoke(tx, { authorityId: publisherId, certificateId, serialHex, revokedAt, reason, notAfter });
    await this.publish(tx, publisherId);
  }

  /** @param before the certificate as it was */
  async release(tx: Sql, publisherId: number | null, before: StoredCertificate): Promise<void> {
    const { id: certificateId, serialHex, notAfter, revokedAt } = before;
    await this.revocations.forget(tx, certificateId);
    if (publisherId === null) return;
    await this.revocations.release(tx, { authorityId: publisherId, certificateId, serialHex, revokedAt: revokedAt ?? notAfter, reason: 'certificateHold', notAfter });
    await this.publish(tx, publisherId);
  }

  private async closeAuthority(tx: Sql, id: number, { at, reason, by }: Omit<Revoking, 'revokedAt'>): Promise<void> {
    const closed = await this.revocations.closeAuthority(tx, id);
    if (closed === null) return;
    const details = { activeBefore: true, active: false, because: `its certificate was revoked (${reason})` };
    const entry = auditEntry(by, { at, service: 'issuer', action: 'authority.updated', object: { type: 'authority', id, name: closed.name }, details });
    await this.outbox.record(tx, [entry], [newEvent(authorityUpdated, closed, { subject: String(id), at })]);
  }

  private publish(tx: Sql, authorityId: number): Promise<void> {
    return this.jobs.add(publishCrlJob, { authorityId }, { tx, jobKey: `${publishCrlJob}:${authorityId}`, maxAttempts: 3 });
  }
}
