import { AwsJsonApi, AwsSession } from '@sifaka/aws';
import { AppError, isAppError } from '@sifaka/kernel';
import { csrPem, parseCertificate } from '@sifaka/pki';
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
  type RevokeRequest,
  type SignatureHash,
} from '@sifaka/plugin-sdk';
import { z } from 'zod';
import type { AwspcaOptions } from './options.js';

const Issued = z.object({ CertificateArn: z.string() });
const Certificate = z.object({ Certificate: z.string(), CertificateChain: z.string().nullish() });
const Described = z.object({
  CertificateAuthority: z.object({ Status: z.string(), CertificateAuthorityConfiguration: z.object({ KeyAlgorithm: z.string(), SigningAlgorithm: z.string() }) }),
});

/** AWS signs within seconds. */
const firstLookMs = 1_000;
const waitMs = 24 * 3_600_000;

const revocationReasons: Readonly<Record<string, string>> = {
  unspecified: 'UNSPECIFIED',
  keyCompromise: 'KEY_COMPROMISE',
  cACompromise: 'CERTIFICATE_AUTHORITY_COMPROMISE',
  affiliationChanged: 'AFFILIATION_CHANGED',
  superseded: 'SUPERSEDED',
  cessationOfOperation: 'CESSATION_OF_OPERATION',
  privilegeWithdrawn: 'PRIVILEGE_WITHDRAWN',
  aACompromise: 'A_A_COMPROMISE',
};

/** A private CA at AWS: it issues asynchronously, so a certificate may be pending for seconds. */
export class AwspcaIssuer implements Issuer {
  private readonly session: AwsSession;
  private readonly api: AwsJsonApi;
  private signature: Promise<string> | null = null;

  constructor(
    private readonly options: AwspcaOptions,
    private readonly context: IssuerContext,
  ) {
    const [, , , region = '', account = ''] = options.ca_arn.split(':');
    this.session = new AwsSession({ ...options, region }, options.assumes_role ? account : null, context);
    this.api = new AwsJsonApi({ service: 'acm-pca', target: 'ACMPrivateCA', options, session: this.session, region, context });
  }

  async createCertificate({ authority, csrDer, notAfter, hash, requestId }: IssuerCertificateRequest): Promise<IssueOutcome> {
    const [, partition = 'aws'] = this.options.ca_arn.split(':');
    const { CertificateArn: arn } = await this.api.call(Issued, {
      operation: 'IssueCertificate',
      what: 'issue a certificate',
      input: {
        CertificateAuthorityArn: this.options.ca_arn,
        Csr: Buffer.from(csrPem(csrDer)).toString('base64'),
        SigningAlgorithm: await this.signingAlgorithm(hash),
        TemplateArn: `arn:${partition}:acm-pca:::template/${this.options.template}`,
        Validity: { Type: 'ABSOLUTE', Value: Math.floor(notAfter.getTime() / 1_000) },
        // A call that is repeated on its way, within five minutes, gives the same certificate.
        IdempotencyToken: requestId.slice(0, 36),
      },
    });
    return orLater(this.context, this.pending(arn), () => this.fetched(arn, csrDer, authority));
  }

  async createAuthority(request: IssuerAuthorityRequest): Promise<AuthorityOutcome> {
    refuseParent(request.parent);
    const { Certificate: own, CertificateChain: above } = await this.api.call(Certificate, {
      operation: 'GetCertificateAuthorityCertificate',
      what: "read the CA's certificate",
      input: { CertificateAuthorityArn: this.options.ca_arn },
    });
    return outsideAuthority(request, [own, above ?? ''].join('\n'), 'ca_arn');
  }

  async poll({ authority, externalId, csrDer }: PendingOrderReference): Promise<IssueOutcome> {
    if (externalId === null) throw new AppError('failed_precondition', 'there is no external id, by which AWS knows the certificate', { reason: 'awspca.no_arn' });
    return this.fetched(externalId, csrDer, authority);
  }

  async revoke({ certificateDer, reason }: RevokeRequest): Promise<void> {
    const named = revocationReasons[reason];
    if (named === undefined) throw new AppError('failed_precondition', `AWS Private CA knows no revocation for the reason ${reason}; it knows ${Object.keys(revocationReasons).join(', ')}`, { reason: 'awspca.reason' });
    const hex = parseCertificate(certificateDer).serialHex.toLowerCase();
    const serial = (hex.length % 2 === 0 ? hex : `0${hex}`).replace(/(..)(?!$)/g, '$1:');
    const input = { CertificateAuthorityArn: this.options.ca_arn, CertificateSerial: serial, RevocationReason: named };
    await this.api.call(z.unknown(), { operation: 'RevokeCertificate', what: 'revoke the certificate', input }).catch((error: unknown) => {
      if (!isAppError(error) || error.reason !== 'aws.RequestAlreadyProcessedException') throw error;
    });
  }

  /** The role can be assumed, the CA is there and active. */
  async check(): Promise<void> {
    const { Status: status } = (await this.describe()).CertificateAuthority;
    if (status !== 'ACTIVE') throw new AppError('failed_precondition', `ca_arn: the private CA is ${status}; it has to be ACTIVE to issue`, { reason: 'awspca.not_active' });
  }

  async close(): Promise<void> {
    this.session.close();
  }

  private describe(): Promise<z.output<typeof Described>> {
    return this.api.call(Described, { operation: 'DescribeCertificateAuthority', what: 'describe the CA', input: { CertificateAuthorityArn: this.options.ca_arn } });
  }

  /** The CA's own algorithm, with another hash where one is asked for: the family is that of its key. */
  private async signingAlgorithm(hash: SignatureHash | null): Promise<string> {
    this.signature ??= this.describe().then(({ CertificateAuthority: { CertificateAuthorityConfiguration: made } }) => made.SigningAlgorithm);
    try {
      const own = await this.signature;
      return hash === null ? own : own.replace(/^SHA\d+/, hash.toUpperCase());
    } catch (error) {
      this.signature = null;
      throw error;
    }
  }

  private pending(arn: string): PolledOutcome & { externalId: string } {
    return { status: 'pending', settledBy: 'poll', externalId: arn, until: new Date(this.context.clock.now().getTime() + waitMs), retryAfterMs: firstLookMs };
  }

  private async fetched(arn: string, csrDer: Uint8Array, authority: IssuerAuthority): Promise<IssueOutcome> {
    try {
      const input = { CertificateAuthorityArn: this.options.ca_arn, CertificateArn: arn };
      const answer = await this.api.call(Certificate, { operation: 'GetCertificate', what: 'fetch the certificate', input });
      return issuedWith([answer.Certificate, ...(answer.CertificateChain ? [answer.CertificateChain] : [])], csrDer, authority, arn);
    } catch (error) {
      if (!isAppError(error)) throw error;
      if (error.reason === 'aws.RequestInProgressException') return this.pending(arn);
      if (error.reason === 'aws.RequestFailedException') return { status: 'rejected', reason: error.message };
      throw error;
    }
  }
}
