import { AdcsApi, type Disposition } from '@sifaka/ca-clients';
import { AppError } from '@sifaka/kernel';
import { certificatePem, csrPem, parsePkcs7 } from '@sifaka/pki';
import {
  issuedWith,
  orLater,
  outsideAuthority,
  refuseParent,
  type AuthorityOutcome,
  type Issuer,
  type IssuerAuthority,
  type IssuerAuthorityRequest,
  type IssuerCertificateRequest,
  type IssuerContext,
  type IssueOutcome,
  type PendingOrderReference,
  type PolledOutcome,
} from '@sifaka/plugin-sdk';
import type { AdcsOptions } from './options.js';

const dayMs = 86_400_000;

/** Somebody at the CA looks at what is pending: not within seconds. */
const firstLookMs = 60_000;

/** Requests at AD CS by its web enrolment: the template decides, and may want a person's approval. */
export class AdcsIssuer implements Issuer {
  private readonly api: AdcsApi;

  constructor(
    private readonly options: AdcsOptions,
    private readonly context: IssuerContext,
  ) {
    this.api = new AdcsApi(options, context);
  }

  async createCertificate({ authority, csrDer }: IssuerCertificateRequest): Promise<IssueOutcome> {
    const submitted = await this.api.submit(csrPem(csrDer), this.options.template);
    if (submitted.status === 'denied') return denied(submitted);
    const later = this.pending(submitted.requestId);
    return submitted.status === 'pending' ? later : orLater(this.context, later, () => this.fetched(submitted.requestId, csrDer, authority));
  }

  async createAuthority(request: IssuerAuthorityRequest): Promise<AuthorityOutcome> {
    refuseParent(request.parent);
    const { certificate, intermediate } = this.options;
    const pem = certificate ?? chainOf(await this.api.chain());
    return outsideAuthority(request, [pem, intermediate ?? ''].join('\n'), 'certificate');
  }

  async poll({ authority, externalId, csrDer }: PendingOrderReference): Promise<IssueOutcome> {
    if (externalId === null) throw new AppError('failed_precondition', 'there is no external id, by which AD CS knows the request', { reason: 'adcs.no_request_id' });
    return this.fetched(externalId, csrDer, authority);
  }

  /** The login works and the pages are there; whether the template may be used shows with the first request. */
  async check(): Promise<void> {
    await this.api.open();
  }

  private pending(requestId: string): PolledOutcome & { externalId: string } {
    const until = new Date(this.context.clock.now().getTime() + this.options.wait_days * dayMs);
    return { status: 'pending', settledBy: 'poll', externalId: requestId, until, retryAfterMs: firstLookMs };
  }

  private async fetched(requestId: string, csrDer: Uint8Array, authority: IssuerAuthority): Promise<IssueOutcome> {
    const answer = await this.api.certificate(requestId);
    if (typeof answer === 'string') return issuedWith([answer], csrDer, authority, requestId);
    // The page of an issued request that has no certificate would be asked for without end.
    if (answer.status === 'issued') throw new AppError('upstream_failed', `AD CS says that request ${requestId} is issued, and does not hand out its certificate`, { reason: 'adcs.no_certificate' });
    return answer.status === 'denied' ? denied(answer) : this.pending(requestId);
  }
}

const denied = ({ reason }: Extract<Disposition, { status: 'denied' }>): IssueOutcome => ({ status: 'rejected', reason: `AD CS denied the request: ${reason}` });

function chainOf(pkcs7: string): string {
  try {
    return parsePkcs7(pkcs7).map(certificatePem).join('\n');
  } catch (error) {
    throw new AppError('upstream_failed', 'AD CS answered with a chain that cannot be read', { reason: 'adcs.no_chain', cause: error });
  }
}
