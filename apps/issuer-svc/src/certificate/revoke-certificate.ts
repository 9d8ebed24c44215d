import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { allow } from '@sifaka/authz';
import {
  certificateDeactivated,
  certificateReleased,
  certificateRevoked,
  type deactivateCertificate,
  type InputOf,
  type OutputOf,
  type Principal,
  type revokeCertificate,
} from '@sifaka/contracts';
import { newEvent, type CallContext } from '@sifaka/messaging';
import { measure } from '@sifaka/observability';
import type { IssuedCertificateReference } from '@sifaka/plugin-sdk';
import { issuerAuthority, type AuthorityState } from '../authority/authority-directory.js';
import { RecordRevocation } from '../revocation/record-revocation.js';
import { CertificateIssuer } from './certificate-issuer.js';
import { CertificateRepository, storedFacts, type StoredCertificate } from './certificate.repository.js';
import { ChangeCertificate } from './change-certificate.js';

/**
 * Revokes at the authority, and on record; or releases from a hold. Again is allowed: another reason may have come up (RV-4), and
 * the time of the first one stays, because nothing that was signed since then is to be trusted more.
 */
@Injectable()
export class RevokeCertificate {
  constructor(
    private readonly certificates: CertificateRepository,
    private readonly issuing: CertificateIssuer,
    private readonly changes: ChangeCertificate,
    private readonly records: RecordRevocation,
  ) {}

  async run(input: Input, { principal }: CallContext): Promise<OutputOf<typeof revokeCertificate>> {
    const { id, comments, crlReason } = input;
    // One row alone has this authority and serial: its permission is the permission of all that share them.
    const certificate = await this.certificates.get(id);
    allow(principal, 'certificate:write', certificate);
    assertMayFollow(certificate, crlReason);
    const { authority, issuer } = await this.issuing.of(certificate);
    const publisherId = await this.records.publisherOf(authority);
    if (issuer.revoke !== undefined) await issuer.revoke({ ...referenceTo(certificate, authority), reason: crlReason, comments: comments ?? '' }).catch(failedRevocation);
    // An authority that signs with our key vault has no other side: what is on record here is what its CRL says.
    else if (authority.keyId === null) throw cannot(authority, 'revoke');

    if (crlReason === 'removeFromCRL') await this.release(id, principal, publisherId);
    else await this.revoke({ ...input, crlReason }, principal, publisherId);
    measure.count('certificate_revoke', { status: 'success' });
    return { id };
  }

  private async revoke({ id, comments, crlReason }: Input, principal: Principal, publisherId: number | null): Promise<void> {
    await this.changes.run(id, principal, (before, at) => {
      assertMayFollow(before, crlReason);
      const revokedAt = (isRevoked(before) ? before.revokedAt : null) ?? at;
      return {
        state: { status: 'revoked', notify: false, rotation: false, revokedAt, revocationReason: crlReason, revocationComments: comments },
        log: 'revoke_cert',
        action: 'certificate.revoked',
        event: (changed) => newEvent(certificateRevoked, { ...storedFacts(changed), crlReason, revokedAt: revokedAt.toISOString(), notify: before.notify }, { subject: String(id), at }),
        within: (tx) => this.records.revoke(tx, publisherId, before, { at, revokedAt, reason: crlReason, by: principal }),
      };
    });
  }

  private async release(id: number, principal: Principal, publisherId: number | null): Promise<void> {
    const flags = await this.records.holdOf(id);
    await this.changes.run(id, principal, (before, at) => {
      assertMayFollow(before, 'removeFromCRL');
      return {
        state: { status: 'valid', ...flags, revokedAt: null, revocationReason: null, revocationComments: null },
        log: 'update_cert',
        action: 'certificate.released',
        event: (changed) => newEvent(certificateReleased, { ...releasedFacts(changed), releasedAt: at.toISOString() }, { subject: String(id), at }),
        within: (tx) => this.records.release(tx, publisherId, before),
      };
    });
  }
}

type Input = InputOf<typeof revokeCertificate>;

function failedRevocation(error: unknown): never {
  measure.count('certificate_revoke', { status: 'failure' });
  throw error;
}

const isRevoked = ({ status, revokedAt }: StoredCertificate): boolean => status === 'revoked' && revokedAt !== null;

/** RFC 5280 section 5.3.1: a hold may be released or made final; nothing that is final comes back. */
function assertMayFollow({ name, status, revocationReason, revokedAt }: StoredCertificate, reason: Input['crlReason']): void {
  const isHeld = status === 'revoked' && revocationReason === 'certificateHold';
  if (reason === 'removeFromCRL' && !isHeld) {
    const state = revokedAt === null ? 'it is not revoked' : `it was revoked for good (${revocationReason ?? 'unspecified'})`;
    throw refusal(`"${name}" cannot be released: ${state}, and only a hold (certificateHold) is ever removed`, 'certificate.not_on_hold');
  }
  if (reason === 'certificateHold' && status === 'revoked' && !isHeld) throw refusal(`"${name}" was revoked for good (${revocationReason ?? 'unspecified'}): a hold would let it come back`, 'certificate.revoked_for_good');
}

const refusal = (message: string, reason: string): AppError => new AppError('failed_precondition', message, { reason });

function releasedFacts(certificate: StoredCertificate) {
  const { id, name, owner, authorityId, serialHex, fingerprintSha256 } = storedFacts(certificate);
  return { id, name, owner, authorityId, serialHex, fingerprintSha256 };
}

/** Takes a certificate out of use at an authority that knows such a thing. */
@Injectable()
export class DeactivateCertificate {
  constructor(
    private readonly certificates: CertificateRepository,
    private readonly issuing: CertificateIssuer,
    private readonly changes: ChangeCertificate,
  ) {}

  async run({ id }: InputOf<typeof deactivateCertificate>, { principal }: CallContext): Promise<OutputOf<typeof deactivateCertificate>> {
    const certificate = await this.certificates.get(id);
    allow(principal, 'certificate:write', certificate);
    const { authority, issuer } = await this.issuing.of(certificate);
    if (issuer.deactivate === undefined) throw cannot(authority, 'deactivate');
    const count = (status: string) => measure.count('certificate_deactivate', { status, certificate_name: certificate.name, certificate_id: id });
    await issuer.deactivate(referenceTo(certificate, authority)).catch((error: unknown) => {
      count('failure');
      throw error;
    });
    await this.changes.run(id, principal, () => ({
      state: {},
      log: 'deactivate_cert',
      action: 'certificate.deactivated',
      event: (changed, at) => newEvent(certificateDeactivated, storedFacts(changed), { subject: String(id), at }),
    }));
    count('success');
    return { id };
  }
}

function referenceTo(certificate: StoredCertificate, authority: AuthorityState): IssuedCertificateReference {
  return { authority: issuerAuthority(authority), certificateDer: certificate.der, externalId: certificate.externalId };
}

const cannot = ({ name, pluginSlug }: AuthorityState, verb: string): AppError =>
  new AppError('failed_precondition', `authority "${name}" cannot ${verb} certificates: its issuer "${pluginSlug}" offers no such thing`, { reason: `issuer.cannot_${verb}` });
