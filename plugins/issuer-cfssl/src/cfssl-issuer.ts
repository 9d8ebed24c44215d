import { AppError, isAppError } from '@sifaka/kernel';
import { csrPem, parseCertificate } from '@sifaka/pki';
import {
  issuedWith,
  outsideAuthority,
  refuseParent,
  type AuthorityOutcome,
  type Issuer,
  type IssuerAuthorityRequest,
  type IssuerCertificateRequest,
  type IssuerContext,
  type IssueOutcome,
  type RevokeRequest,
} from '@sifaka/plugin-sdk';
import { CfsslApi } from './cfssl-api.js';
import type { CfsslOptions } from './options.js';

/** A CFSSL server signs what its profile allows; names come from the signing request, validity and usages from the profile. */
export class CfsslIssuer implements Issuer {
  private readonly api: CfsslApi;

  constructor(
    private readonly options: CfsslOptions,
    context: IssuerContext,
  ) {
    this.api = new CfsslApi(options, context);
  }

  async createCertificate({ authority, csrDer }: IssuerCertificateRequest): Promise<IssueOutcome> {
    const pem = await this.api.sign({ certificate_request: csrPem(csrDer) });
    const outcome = issuedWith([pem, ...this.between()], csrDer, authority, null);
    return { ...outcome, externalId: parseCertificate(outcome.certificateDer).serial.toString() };
  }

  async createAuthority(request: IssuerAuthorityRequest): Promise<AuthorityOutcome> {
    refuseParent(request.parent);
    const { certificate } = this.options;
    const pem = certificate ?? (await this.api.caCertificate());
    return outsideAuthority(request, [pem, ...this.between()].join('\n'), 'certificate');
  }

  async revoke({ certificateDer, reason }: RevokeRequest): Promise<void> {
    const { serial, authorityKeyId } = parseCertificate(certificateDer);
    if (authorityKeyId === null) throw new AppError('failed_precondition', 'the certificate names no authority key identifier, by which CFSSL finds it', { reason: 'cfssl.no_key_identifier' });
    await this.api.revoke({ serial: serial.toString(), authority_key_id: authorityKeyId.toString('hex'), reason: reason.toLowerCase() });
  }

  /** The server answers, knows profile and label, and takes the key: a signed request for nothing is refused for being empty, not for its token. */
  async check(): Promise<void> {
    await this.api.caCertificate();
    if (this.options.auth_key === undefined) return;
    try {
      await this.api.sign({ certificate_request: 'none' });
    } catch (error) {
      if (!isAppError(error) || error.code !== 'failed_precondition') throw error;
    }
  }

  private between(): string[] {
    return this.options.intermediate === undefined ? [] : [this.options.intermediate];
  }
}
