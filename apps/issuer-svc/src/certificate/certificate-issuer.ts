import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { Issuer } from '@sifaka/plugin-sdk';
import { AuthorityDirectory, type AuthorityState } from '../authority/authority-directory.js';
import { IssuerPlugins } from '../plugins/issuer-plugins.js';
import type { StoredCertificate } from './certificate.repository.js';

/** The issuer that a certificate came from. */
@Injectable()
export class CertificateIssuer {
  constructor(
    private readonly authorities: AuthorityDirectory,
    private readonly issuers: IssuerPlugins,
  ) {}

  /** @throws AppError `failed_precondition` for a certificate that no authority here issued */
  async of({ name, authorityId }: StoredCertificate): Promise<{ authority: AuthorityState; issuer: Issuer }> {
    if (authorityId === null) {
      throw new AppError('failed_precondition', `"${name}" belongs to no authority of this installation: its issuer has to be asked elsewhere`, { reason: 'certificate.no_authority' });
    }
    const authority = await this.authorities.read(authorityId);
    return { authority, issuer: await this.issuers.of(authority) };
  }
}
