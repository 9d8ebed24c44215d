import { setMaxListeners } from 'node:events';
import { listOf, type AwsSession, type CertificateArn, type CertificateBytes } from '@sifaka/aws';
import { AcmCertificates } from '@sifaka/aws/acm';
import { IamCertificates } from '@sifaka/aws/iam';
import type { AwsSourceOptions } from './options.js';

/** What is kept of certificates that endpoints present, in one run: more than most accounts have. */
const maxKept = 5_000;

/** One account as one run or one question sees it: certificates are read once. */
export class AwsPlace {
  readonly iam: IamCertificates;
  readonly ignoredTags: Readonly<Record<'elb' | 'cloudfront' | 'iam', ReadonlySet<string>>>;
  private readonly contents = new Map<string, Promise<CertificateBytes | null>>();
  private readonly acmOf = new Map<string, AcmCertificates>();

  constructor(
    readonly options: AwsSourceOptions,
    readonly session: AwsSession,
    readonly signal: AbortSignal,
  ) {
    // Every call under way listens to it.
    setMaxListeners(0, signal);
    this.iam = new IamCertificates(session, signal);
    this.ignoredTags = {
      elb: new Set([...listOf(options.elbIgnoreTags), ...listOf(options.elbIgnoreTag)]),
      cloudfront: new Set(listOf(options.cloudfrontIgnoreTags)),
      iam: new Set(listOf(options.iamIgnoreTags)),
    };
  }

  acm(region: string): AcmCertificates {
    const known = this.acmOf.get(region) ?? new AcmCertificates(this.session, region, this.signal);
    this.acmOf.set(region, known);
    return known;
  }

  /** Null: it is gone, or it is another account's, which this role cannot read. */
  content(certificate: CertificateArn): Promise<CertificateBytes | null> {
    const known = this.contents.get(certificate.arn);
    if (known !== undefined) return known;
    const read = certificate.account === this.options.accountNumber ? this.read(certificate) : Promise.resolve(null);
    this.keep(certificate.arn, read);
    return read;
  }

  keep(arn: string, content: Promise<CertificateBytes | null>): void {
    if (this.contents.size < maxKept) this.contents.set(arn, content);
    // Whoever waits for it hears of a fault; the next one asks again.
    content.catch(() => this.contents.delete(arn));
  }

  /** What AWS holds under this ARN now. */
  private async read(certificate: CertificateArn): Promise<CertificateBytes | null> {
    if (certificate.registry === 'acm') return this.acm(certificate.region).read(certificate.arn);
    const found = await this.iam.read(certificate.name);
    return found?.arn === certificate.arn ? found : null;
  }
}
