import { EntrustApi, type EntrustCertificate as Certificate, type EntrustOrdered as Ordered } from '@sifaka/ca-clients';
import { AppError } from '@sifaka/kernel';
import { csrPem, organizationOf, parseCertificate, parseCsr, parseName, parsePemChain } from '@sifaka/pki';
import {
  issuedWith,
  orLater,
  outsideAuthority,
  type AuthorityOutcome,
  type IssuedCertificateReference,
  type Issuer,
  type IssuerAuthority,
  type IssuerAuthorityRequest,
  type IssuerCertificateRequest,
  type IssuerContext,
  type IssueOutcome,
  type PendingOrderReference,
  type RevokeRequest,
} from '@sifaka/plugin-sdk';
import type { EntrustOptions } from './options.js';

const dayMs = 86_400_000;

/** Entrust issues for 13 months at most; the shorter limit of browsers comes from the product. */
const maxValidityDays = 395;

const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

/** An order in one of these comes to nothing. */
const ended = new Set(['DECLINED', 'DEACTIVATED', 'REVOKED', 'CANCELLED', 'CANCELED', 'EXPIRED']);

/** Orders at Entrust: issued at once, or after somebody there approved them. */
export class EntrustIssuer implements Issuer {
  private readonly api: EntrustApi;

  constructor(
    private readonly options: EntrustOptions,
    private readonly context: IssuerContext,
  ) {
    this.api = new EntrustApi(options, context);
  }

  async createCertificate(request: IssuerCertificateRequest): Promise<IssueOutcome> {
    const ordered = await this.api.order(await this.orderOf(request));
    return orLater(this.context, this.pending(ordered.trackingId), async () => this.outcomeOf(ordered, request.csrDer, request.authority));
  }

  async createAuthority(request: IssuerAuthorityRequest): Promise<AuthorityOutcome> {
    return outsideAuthority(request, this.options.certificate, 'certificate');
  }

  async poll({ authority, externalId, csrDer }: PendingOrderReference): Promise<IssueOutcome> {
    const id = idOf(externalId);
    const certificate = await this.api.certificate(id);
    if (ended.has(certificate.status.toUpperCase())) return { status: 'rejected', reason: `Entrust's order ${id} is ${certificate.status}` };
    return this.outcomeOf(certificate, csrDer, authority);
  }

  async revoke({ externalId, reason, comments }: RevokeRequest): Promise<void> {
    await this.api.revoke(idOf(externalId), { crlReason: reason, revocationComment: comments });
  }

  /** Test accounts alone can take a certificate out of their count. */
  async deactivate({ externalId }: IssuedCertificateReference): Promise<void> {
    if (!this.options.staging_account) throw new AppError('failed_precondition', 'certificates can be deactivated in test accounts alone (option staging_account)', { reason: 'entrust.no_test_account' });
    const id = idOf(externalId);
    const { status }: Certificate = await this.api.certificate(id);
    if (status.toUpperCase() === 'ACTIVE') await this.api.deactivate(id);
  }

  /** The account works, and the organization is approved where it has to be found. */
  async check(): Promise<void> {
    await this.api.version();
    if (this.options.client_id === undefined) await this.api.organizations();
  }

  private async orderOf({ csrDer, subjectDer, notAfter }: IssuerCertificateRequest) {
    const { product, requester_name: requesterName, requester_email: requesterEmail, requester_phone: requesterPhone } = this.options;
    const org = organizationOf(parseName(Buffer.from(subjectDer))) ?? '';
    const clientId = this.options.client_id ?? (await this.clientOf(org));
    const last = new Date(this.context.clock.now().getTime() + maxValidityDays * dayMs);
    return {
      signingAlg: 'SHA-2',
      eku: this.extendedKeyUsage(csrDer),
      certType: product,
      certExpiryDate: (notAfter > last ? last : notAfter).toISOString().slice(0, 10),
      tracking: { requesterName, requesterEmail, requesterPhone },
      ...(org !== '' && { org }),
      clientId,
      csr: csrPem(csrDer),
    };
  }

  private async clientOf(organization: string): Promise<number> {
    const organizations = await this.api.organizations();
    const own = organizations.find(({ name, verificationStatus }) => name === organization && verificationStatus.toUpperCase() === 'APPROVED');
    if (own !== undefined) return own.clientId;
    const listed = organizations.map(({ name, verificationStatus }) => `${name} (${verificationStatus})`).join(', ');
    throw new AppError('failed_precondition', `Entrust has no approved organization "${organization}"; it has ${listed || 'none'}: name one of them in the subject, or give client_id`, { reason: 'entrust.no_organization' });
  }

  private extendedKeyUsage(csrDer: Uint8Array): string {
    const asked = this.options.infer_eku ? (parseCsr(csrDer).extensions.extendedKeyUsage ?? []) : [];
    const [isServer, isClient] = [asked.includes(serverAuth), asked.includes(clientAuth)];
    if (isServer === isClient) return 'SERVER_AND_CLIENT_AUTH';
    return isServer ? 'SERVER_AUTH' : 'CLIENT_AUTH';
  }

  private pending(trackingId: string) {
    const until = new Date(this.context.clock.now().getTime() + this.options.wait_days * dayMs);
    return { status: 'pending', settledBy: 'poll', externalId: trackingId, until } as const;
  }

  private outcomeOf({ trackingId, endEntityCert, chainCerts }: Ordered, csrDer: Uint8Array, authority: IssuerAuthority): IssueOutcome {
    if (endEntityCert === null || endEntityCert === undefined || endEntityCert.trim() === '') return this.pending(trackingId);
    const outcome = issuedWith([endEntityCert, ...(chainCerts ?? [])], csrDer, authority, trackingId);
    const { keyType } = parseCertificate(outcome.certificateDer);
    const crossSigned = keyType === 'RSA2048' ? this.options.cross_signed_rsa : keyType === 'ECCPRIME256V1' ? this.options.cross_signed_ecc : undefined;
    return crossSigned === undefined ? outcome : { ...outcome, chainDer: parsePemChain(crossSigned).map(({ der }) => der) };
  }
}

function idOf(externalId: string | null): string {
  if (externalId !== null) return externalId;
  throw new AppError('failed_precondition', 'there is no external id, by which Entrust knows the certificate', { reason: 'entrust.no_id' });
}
