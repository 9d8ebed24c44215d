import { Injectable } from '@nestjs/common';
import type { Sql } from '@sifaka/database';
import { Jobs } from '@sifaka/messaging';
import type { AuthorityState } from '../authority/authority-directory.js';
import type { StoredCertificate } from '../certificate/certificate.repository.js';
import { publishCrlJob } from './publication.js';
import { PublishingAuthorities } from './publishing-authorities.js';
import { RevocationRepository, type Hold } from './revocation.repository.js';

/** What is written beside a certificate when it is revoked or released: for its authority's lists and answers, and for a hold. */
@Injectable()
export class RecordRevocation {
  constructor(
    private readonly authorities: PublishingAuthorities,
    private readonly revocations: RevocationRepository,
    private readonly jobs: Jobs,
  ) {}

  /** The authority whose lists will name it, ready to be named; null when another publishes. Before the transaction. */
  async publisherOf(authority: AuthorityState): Promise<number | null> {
    return (await this.authorities.of(authority))?.id ?? null;
  }

  holdOf(certificateId: number): Promise<Hold | null> {
    return this.revocations.holdOf(certificateId);
  }

  /** @param before the certificate as it was */
  async revoke(tx: Sql, publisherId: number | null, before: StoredCertificate, { at, revokedAt, reason }: { at: Date; revokedAt: Date; reason: string }): Promise<void> {
    if (reason === 'certificateHold') await this.revocations.remember(tx, before.id, before, at);
    else await this.revocations.forget(tx, before.id);
    // What it issued from now on nobody would trust.
    if (before.rootAuthorityId !== null && reason !== 'certificateHold') await this.revocations.closeAuthority(tx, before.rootAuthorityId);
    if (publisherId === null) return;
    const { id: certificateId, serialHex, notAfter } = before;
    await this.revocations.revoke(tx, { authorityId: publisherId, certificateId, serialHex, revokedAt, reason, notAfter });
    await this.publish(tx, publisherId);
  }

  async release(tx: Sql, publisherId: number | null, { id, serialHex }: StoredCertificate): Promise<void> {
    await this.revocations.forget(tx, id);
    if (publisherId === null) return;
    await this.revocations.release(tx, { authorityId: publisherId, serialHex });
    await this.publish(tx, publisherId);
  }

  private publish(tx: Sql, authorityId: number): Promise<void> {
    return this.jobs.add(publishCrlJob, { authorityId }, { tx, jobKey: `${publishCrlJob}:${authorityId}`, maxAttempts: 3 });
  }
}
