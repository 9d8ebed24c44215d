import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { Issuer } from '@sifaka/plugin-sdk';
import { AuthorityDirectory, type AuthorityState } from '../authority/authority-directory.js';
import { IssuerPlugins } from '../plugins/issuer-plugins.js';
import { PublicationRepository } from '../revocation/publication.repository.js';
import type { StoredCertificate } from './certificate.repository.js';

/** The issuer that a certificate came from. */
@Injectable()
export class CertificateIssuer {
  constructor(
    private readonly authorities: AuthorityDirectory,
    private readonly issuers: IssuerPlugins,
    private readonly publications: PublicationRepository,
  ) {}

  /** @throws AppError `failed_precondition` for a certificate that no authority here issued */
  async of({ name, authorityId: issuedBy, rootAuthorityId }: StoredCertificate): Promise<{ authority: AuthorityState; issuer: Issuer }> {
    // The own certificate of an authority is its parent's, and belongs to nobody else.
    const authorityId = issuedBy ?? (rootAuthorityId === null ? null : await this.publications.parentOf(rootAuthorityId));
    if (authorityId === null) {
      const own = rootAuthorityId === null ? null : await this.authorities.read(rootAuthorityId);
      if (own?.chain[0]?.isSelfSigned === true) throw ownRoot(name, own.name);
      throw new AppError('failed_precondition', `"${name}" belongs to no authority of this installation: its issuer has to be asked elsewhere`, { reason: 'certificate.no_authority' });
    }
    const authority = await this.authorities.read(authorityId);
    return { authority, issuer: await this.issuers.of(authority) };
  }
}

/** Nobody looks for a root in a list that the root itself signed: it is believed because it is trusted (RFC 5280 section 6). */
function ownRoot(name: string, authority: string): AppError {
  return new AppError('failed_precondition', `"${name}" is the self-signed certificate of authority "${authority}": no issuer can revoke it; it is taken out of service by deactivating the authority, and by removing it from wherever it is trusted`, {
    reason: 'certificate.no_authority',
  });
}
