import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { allow } from '@sifaka/authz';
import { certificateDeactivated, certificateRevoked, type deactivateCertificate, type InputOf, type OutputOf, type revokeCertificate } from '@sifaka/contracts';
import { newEvent, type CallContext } from '@sifaka/messaging';
import type { IssuedCertificateReference } from '@sifaka/plugin-sdk';
import { issuerAuthority, type AuthorityState } from '../authority/authority-directory.js';
import { CertificateIssuer } from './certificate-issuer.js';
import { CertificateRepository, storedFacts, type StoredCertificate } from './certificate.repository.js';
import { ChangeCertificate } from './change-certificate.js';

/** Revokes at the authority, and on record. Again is allowed: another reason may have come up (RV-4). */
@Injectable()
export class RevokeCertificate {
  constructor(
    private readonly certificates: CertificateRepository,
    private readonly issuing: CertificateIssuer,
    private readonly changes: ChangeCertificate,
  ) {}

  async run({ id, comments, crlReason }: InputOf<typeof revokeCertificate>, { principal }: CallContext): Promise<OutputOf<typeof revokeCertificate>> {
    // One row alone has this authority and serial: its permission is the permission of all that share them.
    const certificate = await this.certificates.get(id);
    allow(principal, 'certificate:write', certificate);
    const { authority, issuer } = await this.issuing.of(certificate);
    if (issuer.revoke !== undefined) await issuer.revoke({ ...referenceTo(certificate, authority), reason: crlReason, comments: comments ?? '' });
    // An authority that signs with our key vault has no other side: what is on record here is what its CRL says.
    else if (authority.keyId === null) throw cannot(authority, 'revoke');

    await this.changes.run(id, principal, (before, at) => ({
      state: { status: 'revoked', notify: false, rotation: false, revokedAt: at, revocationReason: crlReason, revocationComments: comments },
      log: 'revoke_cert',
      action: 'certificate.revoked',
      event: (changed) => newEvent(certificateRevoked, { ...storedFacts(changed), crlReason, revokedAt: at.toISOString(), notify: before.notify }, { subject: String(id), at }),
    }));
    return { id };
  }
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
    await issuer.deactivate(referenceTo(certificate, authority));
    await this.changes.run(id, principal, () => ({
      state: {},
      log: 'deactivate_cert',
      action: 'certificate.deactivated',
      event: (changed, at) => newEvent(certificateDeactivated, storedFacts(changed), { subject: String(id), at }),
    }));
    return { id };
  }
}

function referenceTo(certificate: StoredCertificate, authority: AuthorityState): IssuedCertificateReference {
  return { authority: issuerAuthority(authority), certificateDer: certificate.der, externalId: certificate.externalId };
}

const cannot = ({ name, pluginSlug }: AuthorityState, verb: string): AppError =>
  new AppError('failed_precondition', `authority "${name}" cannot ${verb} certificates: its issuer "${pluginSlug}" offers no such thing`, { reason: `issuer.cannot_${verb}` });
