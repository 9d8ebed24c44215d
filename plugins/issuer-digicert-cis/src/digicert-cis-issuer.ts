import { DigicertCisApi } from '@sifaka/ca-clients';
import { AppError } from '@sifaka/kernel';
import { csrPem, organizationOf, parseCertificate, parseCsr, parseName } from '@sifaka/pki';
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
import type { DigicertCisOptions } from './options.js';

const dayMs = 86_400_000;
const firstLookMs = 1_000;

/** DigiCert's Certificate Issuing Service: a profile decides what is issued, the certificate is fetched once it is there. */
export class DigicertCisIssuer implements Issuer {
  private readonly api: DigicertCisApi;

  constructor(
    private readonly options: DigicertCisOptions,
    private readonly context: IssuerContext,
  ) {
    this.api = new DigicertCisApi(options, context);
  }

  async createCertificate(request: IssuerCertificateRequest): Promise<IssueOutcome> {
    const id = await this.api.order(this.orderOf(request));
    const later = { ...this.pending(id), retryAfterMs: firstLookMs };
    return orLater(this.context, later, async () => (await this.fetched(id, request.csrDer, request.authority)) ?? later);
  }

  async createAuthority(request: IssuerAuthorityRequest): Promise<AuthorityOutcome> {
    return outsideAuthority(request, this.options.certificate, 'certificate');
  }

  async poll({ authority, externalId, csrDer }: PendingOrderReference): Promise<IssueOutcome> {
    const id = idOf(externalId);
    return (await this.fetched(id, csrDer, authority)) ?? this.pending(id);
  }

  async revoke({ externalId, reason, comments }: RevokeRequest): Promise<void> {
    await this.api.revoke(idOf(externalId), `${comments} (${reason})`.trim());
  }

  async check(): Promise<void> {
    await this.api.checkKey();
  }

  private orderOf({ csrDer, subjectDer, notAfter, hash }: IssuerCertificateRequest) {
    const { profile_name, signing_hash: forced, use_csr_fields: usesCsrFields } = this.options;
    const { cn, sans } = parseCsr(csrDer);
    const names = sans.flatMap((name) => (name.type === 'dns' ? [name.value] : []));
    return {
      profile_name,
      common_name: cn ?? names[0] ?? '',
      additional_dns_names: names,
      csr: csrPem(csrDer),
      signature_hash: forced ?? hash ?? 'sha256',
      validity: { valid_to: this.endOf(notAfter).toISOString() },
      organization: { name: organizationOf(parseName(Buffer.from(subjectDer))) ?? '' },
      ...(usesCsrFields && { use_csr_fields: true }),
    };
  }

  private endOf(notAfter: Date): Date {
    return new Date(Math.min(notAfter.getTime(), this.context.clock.now().getTime() + this.options.max_validity_days * dayMs));
  }

  private pending(id: string): PolledOutcome & { externalId: string } {
    return { status: 'pending', settledBy: 'poll', externalId: id, until: new Date(this.context.clock.now().getTime() + this.options.wait_days * dayMs) };
  }

  /** Null until it is issued: the service answers with 404. */
  private async fetched(id: string, csrDer: Uint8Array, authority: IssuerAuthority): Promise<IssueOutcome | null> {
    const certificates = await this.api.download(id);
    if (certificates === null) return null;
    const outcome = issuedWith(certificates, csrDer, authority, id);
    return { ...outcome, chainDer: this.chainOf(outcome.chainDer) };
  }

  /** With a cross-signed certificate the path goes over it: issuing CA, then what signed its root. */
  private chainOf(chainDer: Uint8Array[]): Uint8Array[] {
    const { alternate_chain: alternate } = this.options;
    if (alternate === undefined) return chainDer;
    return [...chainDer.filter((der) => !parseCertificate(der).isSelfSigned), parseCertificate(alternate).der];
  }
}

function idOf(externalId: string | null): string {
  if (externalId !== null) return externalId;
  throw new AppError('failed_precondition', 'there is no external id, by which DigiCert CIS knows the certificate', { reason: 'digicert_cis.no_id' });
}
