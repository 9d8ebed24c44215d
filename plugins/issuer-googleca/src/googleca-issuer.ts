import { AppError } from '@sifaka/kernel';
import { csrPem, parseCsr } from '@sifaka/pki';
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
import { certificateId, requestUuid } from './certificate-id.js';
import { GooglecaApi, type Authority, type Certificate } from './googleca-api.js';
import type { GooglecaOptions } from './options.js';

/** To issue, to look up what a repeated request made, to revoke. */
const permissions = ['privateca.certificates.create', 'privateca.certificates.get', 'privateca.certificates.update'];

const revocationReasons: Readonly<Record<string, string>> = {
  unspecified: 'REVOCATION_REASON_UNSPECIFIED',
  keyCompromise: 'KEY_COMPROMISE',
  cACompromise: 'CERTIFICATE_AUTHORITY_COMPROMISE',
  affiliationChanged: 'AFFILIATION_CHANGED',
  superseded: 'SUPERSEDED',
  cessationOfOperation: 'CESSATION_OF_OPERATION',
  certificateHold: 'CERTIFICATE_HOLD',
  privilegeWithdrawn: 'PRIVILEGE_WITHDRAWN',
  aACompromise: 'ATTRIBUTE_AUTHORITY_COMPROMISE',
};

/** A CA of Certificate Authority Service, which issues at once. */
export class GooglecaIssuer implements Issuer {
  private readonly api: GooglecaApi;

  constructor(
    private readonly options: GooglecaOptions,
    private readonly context: IssuerContext,
  ) {
    this.api = new GooglecaApi(options, context);
  }

  async createCertificate({ authority, csrDer, notAfter, requestId }: IssuerCertificateRequest): Promise<IssueOutcome> {
    const csr = parseCsr(csrDer);
    const [firstName = ''] = csr.sans.flatMap((name) => (name.type === 'dns' || name.type === 'ip' ? [name.value] : []));
    const id = certificateId(csr.cn ?? firstName, requestId);
    const lifetime = `${this.secondsUntil(notAfter)}s`;
    const made = await this.api.create({ id, requestId: requestUuid(requestId), pemCsr: csrPem(csrDer), lifetime });
    // There is one already when an earlier answer to this request was lost.
    const certificate = made ?? (await this.api.certificate(id));
    return issuedWith([certificate.pemCertificate, ...certificate.pemCertificateChain], csrDer, authority, idOf(certificate) ?? id);
  }

  async createAuthority(request: IssuerAuthorityRequest): Promise<AuthorityOutcome> {
    refuseParent(request.parent);
    const { pemCaCertificates: certificates } = this.enabled(await this.api.authority());
    return outsideAuthority(request, certificates.join('\n'), 'CAName');
  }

  async revoke({ externalId, reason }: RevokeRequest): Promise<void> {
    // Before the last slash stands what the options say; authorities of older installations keep the id alone.
    const id = externalId?.split('/').at(-1) ?? '';
    if (!/^[A-Za-z0-9_-]{1,63}$/.test(id)) throw new AppError('failed_precondition', 'the certificate has no external id, by which Google CA knows it', { reason: 'googleca.no_id' });
    const named = revocationReasons[reason];
    if (named === undefined) throw new AppError('failed_precondition', `Google CA knows no revocation for the reason ${reason}; it knows ${Object.keys(revocationReasons).join(', ')}`, { reason: 'googleca.reason' });
    const outcome = await this.api.revoke(id, { reason: named, requestId: requestUuid(`revoke ${id} ${named}`) });
    if (outcome.isDone) return;
    const { revocationDetails: details } = await this.api.certificate(id);
    if (details === undefined || details === null) throw outcome.refusal;
  }

  /** The account may log in, the CA is there and enabled, and the account may issue and revoke in its pool. */
  async check(): Promise<void> {
    this.enabled(await this.api.authority());
    const granted = await this.api.granted(permissions);
    const missing = permissions.filter((permission) => granted?.includes(permission) === false);
    if (missing.length === 0) return;
    throw new AppError('permission_denied', `the service account lacks ${missing.join(', ')} on the CA pool "${this.options.CAPool}": grant it roles/privateca.certificateManager there`, { reason: 'googleca.permissions' });
  }

  private enabled(authority: Authority): Authority {
    if (authority.state === 'ENABLED') return authority;
    throw new AppError('failed_precondition', `CAName: the certificate authority "${this.options.CAName}" is ${authority.state}; it has to be ENABLED to issue`, { reason: 'googleca.not_enabled' });
  }

  /** Google counts from the moment of issuance on. */
  private secondsUntil(notAfter: Date): number {
    const seconds = Math.floor((notAfter.getTime() - this.context.clock.now().getTime()) / 1_000);
    if (seconds > 0) return seconds;
    throw new AppError('failed_precondition', `the certificate would end at ${notAfter.toISOString()}, which is over already`, { reason: 'googleca.past_end' });
  }
}

/** In pools of the DevOps tier Google chooses the id, or keeps no certificate at all. */
const idOf = ({ name }: Certificate): string | undefined => /[^/]+$/.exec(name ?? '')?.[0];
