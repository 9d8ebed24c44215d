import { DigicertApi, type DigicertOrder as Order } from '@sifaka/ca-clients';
import { AppError } from '@sifaka/kernel';
import { csrPem, parseCsr } from '@sifaka/pki';
import {
  issuedWith,
  orLater,
  outsideAuthority,
  type AuthorityOutcome,
  type Issuer,
  type IssuerAuthority,
  type IssuerAuthorityRequest,
  type IssuerCertificateRequest,
  type IssuerContext,
  type IssueOutcome,
  type PendingOrderReference,
  type PolledOutcome,
  type RevokeRequest,
} from '@sifaka/plugin-sdk';
import type { DigicertOptions } from './options.js';

const dayMs = 86_400_000;

/** Time until an order that needs nobody's approval is looked at again. */
const firstLookMs = 5_000;

/** An order in one of these comes to nothing. */
const ended = new Set(['rejected', 'canceled', 'revoked', 'expired']);

/** Reasons that CertCentral has a name for; the others stand in the comment alone. */
const revocationReasons: Readonly<Record<string, string>> = {
  unspecified: 'unspecified',
  keyCompromise: 'key_compromise',
  affiliationChanged: 'affiliation_changed',
  superseded: 'superseded',
  cessationOfOperation: 'cessation_of_operation',
};

/** Orders at CertCentral: issued at once, later, or after somebody there approved them. */
export class DigicertIssuer implements Issuer {
  private readonly api: DigicertApi;

  constructor(
    private readonly options: DigicertOptions,
    private readonly context: IssuerContext,
  ) {
    this.api = new DigicertApi(options, context);
  }

  async createCertificate(request: IssuerCertificateRequest): Promise<IssueOutcome> {
    const { id, certificate_id: certificateId } = await this.api.place(this.options.order_type, this.orderOf(request));
    const later = this.pending(id, firstLookMs);
    return certificateId === undefined ? later : orLater(this.context, later, () => this.download(certificateId, request.csrDer, request.authority));
  }

  async createAuthority(request: IssuerAuthorityRequest): Promise<AuthorityOutcome> {
    return outsideAuthority(request, this.options.certificate, 'certificate');
  }

  async poll({ authority, externalId, csrDer }: PendingOrderReference): Promise<IssueOutcome> {
    const id = orderId(externalId);
    const order = await this.api.order(id);
    if (ended.has(order.status)) return { status: 'rejected', reason: `DigiCert's order ${id} is ${order.status}` };
    const certificateId = issuedCertificate(order);
    return certificateId === null ? this.pending(id) : this.download(certificateId, csrDer, authority);
  }

  async cancel({ externalId }: PendingOrderReference): Promise<void> {
    const id = orderId(externalId);
    const isThere = await this.api.cancel(id, 'Cancelled on the certificate platform');
    if (!isThere) this.context.logger.warn('an order that was to be cancelled is not known to DigiCert', { orderId: id });
  }

  async revoke({ externalId, reason, comments }: RevokeRequest): Promise<void> {
    if (externalId === null) throw new AppError('failed_precondition', 'the certificate has no external id, by which DigiCert knows it', { reason: 'digicert.no_id' });
    const named = revocationReasons[reason];
    await this.api.revoke(externalId, { comments: `${comments} (${reason})`.trim(), ...(named !== undefined && { revocation_reason: named }) });
  }

  /** The key works, the organization is there, and the product can be ordered. */
  async check(): Promise<void> {
    const { organization_id: organization, order_type: type } = this.options;
    await this.api.organization(organization);
    const products = await this.api.products();
    if (products.includes(type)) return;
    throw new AppError('failed_precondition', `order_type: this account cannot order "${type}"; it can order ${products.join(', ') || 'nothing'}`, { reason: 'digicert.no_product' });
  }

  private orderOf({ csrDer, notAfter, hash, requestId }: IssuerCertificateRequest) {
    const { options } = this;
    const csr = parseCsr(csrDer);
    const names = csr.sans.flatMap((name) => (name.type === 'dns' || name.type === 'ip' ? [name.value] : []));
    return {
      certificate: { common_name: csr.cn ?? names[0] ?? '', csr: csrPem(csrDer), signature_hash: hash ?? options.default_signing_algorithm, dns_names: names },
      organization: { id: options.organization_id },
      custom_expiration_date: this.endOf(notAfter),
      // DigiCert refuses a second order of the same name: a call that is repeated on its way is not paid twice.
      alternative_order_id: requestId.replaceAll('-', '').slice(0, 32),
      ...(options.private && { product: { type_hint: 'private' } }),
    };
  }

  /** `YYYY-MM-DD`: CertCentral counts whole days. */
  private endOf(notAfter: Date): string {
    const { max_validity_days: days } = this.options;
    const last = new Date(this.context.clock.now().getTime() + days * dayMs);
    if (notAfter > last) this.context.logger.info('the validity was shortened to the longest that is ordered', { asked: notAfter.toISOString(), days });
    return (notAfter > last ? last : notAfter).toISOString().slice(0, 10);
  }

  private pending(id: string, retryAfterMs?: number): PolledOutcome & { externalId: string } {
    const until = new Date(this.context.clock.now().getTime() + this.options.wait_days * dayMs);
    return { status: 'pending', settledBy: 'poll', externalId: id, until, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }

  private async download(certificateId: string, csrDer: Uint8Array, authority: IssuerAuthority): Promise<IssueOutcome> {
    return issuedWith([await this.api.certificate(certificateId)], csrDer, authority, certificateId);
  }
}

function issuedCertificate({ status, certificate }: Order): string | null {
  return status === 'issued' ? (certificate?.id ?? null) : null;
}

function orderId(externalId: string | null): string {
  if (externalId !== null) return externalId;
  throw new AppError('failed_precondition', 'the pending certificate has no external id, by which DigiCert knows its order', { reason: 'digicert.no_id' });
}
