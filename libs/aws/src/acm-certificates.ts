import {
  ACMClient,
  AddTagsToCertificateCommand,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  GetCertificateCommand,
  ImportCertificateCommand,
  KeyAlgorithm,
  ListCertificatesCommand,
  ListTagsForCertificateCommand,
  type ListCertificatesCommandOutput,
  type Tag,
} from '@aws-sdk/client-acm';
import { AppError } from '@sifaka/kernel';
import type { AwsSession } from './aws-session.js';
import { callAws, isAwsFault } from './call-aws.js';
import { certificateBytes, type CertificateBytes } from './certificate-text.js';

export interface AcmEntry {
  arn: string;
  /** Null where ACM does not say. */
  domainName: string | null;
  isImported: boolean;
}

export interface AcmImport {
  /** To replace what this ARN holds; null for a new one. */
  arn: string | null;
  certificatePem: string;
  /** Issuer first; empty for none. */
  chainPem: string;
  privateKeyPem: string;
  tags: Record<string, string>;
}

const perPage = 1_000;
/** A bound on what one region can make us read. */
const maxPages = 200;

/** Certificates of ACM in one region of one account. */
export class AcmCertificates {
  private readonly client: ACMClient;

  constructor(
    session: AwsSession,
    readonly region: string,
    private readonly signal: AbortSignal,
  ) {
    this.client = new ACMClient(session.config(region));
  }

  /** All that are issued. */
  async *list(): AsyncGenerator<AcmEntry> {
    let token: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const answer: ListCertificatesCommandOutput = await callAws(`list the certificates in ${this.region}`, this.signal, (abortSignal) =>
        this.client.send(
          // Without being asked for all key types, ACM lists those with RSA keys of 1024 and 2048 bits alone.
          new ListCertificatesCommand({ CertificateStatuses: ['ISSUED'], Includes: { keyTypes: Object.values(KeyAlgorithm) }, MaxItems: perPage, ...(token !== undefined && { NextToken: token }) }),
          { abortSignal },
        ),
      );
      if (answer.CertificateSummaryList === undefined) throw unexpected('ListCertificates');
      for (const { CertificateArn: arn, DomainName: domainName, Type: type } of answer.CertificateSummaryList)
        if (arn !== undefined) yield { arn, domainName: domainName ?? null, isImported: type === undefined || type === 'IMPORTED' };
      token = answer.NextToken;
      if (token === undefined) return;
    }
    throw new AppError('failed_precondition', `the account has more than ${maxPages * perPage} certificates in ${this.region}`);
  }

  /**
   * Null: it is gone, or ACM has not issued it yet.
   *
   * @throws AppError `upstream_failed` for content that is no certificate
   */
  async read(arn: string): Promise<CertificateBytes | null> {
    try {
      const { Certificate: body, CertificateChain: chain } = await callAws(`read the certificate ${arn}`, this.signal, (abortSignal) => this.client.send(new GetCertificateCommand({ CertificateArn: arn }), { abortSignal }));
      if (body === undefined) throw unexpected('GetCertificate');
      return contentOf(arn, body, chain);
    } catch (error) {
      if (isAwsFault(error, 'ResourceNotFoundException', 'RequestInProgressException')) return null;
      throw error;
    }
  }

  /** Null: the certificate is gone. */
  async tags(arn: string): Promise<ReadonlyMap<string, string> | null> {
    try {
      const { Tags: tags = [] } = await callAws(`read the tags of ${arn}`, this.signal, (abortSignal) => this.client.send(new ListTagsForCertificateCommand({ CertificateArn: arn }), { abortSignal }));
      return new Map(tags.flatMap(({ Key: key, Value: value }) => (key === undefined ? [] : [[key, value ?? '']])));
    } catch (error) {
      if (isAwsFault(error, 'ResourceNotFoundException')) return null;
      throw error;
    }
  }

  /** Tags of the same keys get the new values. */
  async tag(arn: string, tags: Record<string, string>): Promise<void> {
    await callAws(`tag ${arn}`, this.signal, (abortSignal) => this.client.send(new AddTagsToCertificateCommand({ CertificateArn: arn, Tags: listOf(tags) }), { abortSignal }));
  }

  /** Returns the ARN. What is put in another one's place keeps no tags: ACM takes none then. */
  async import({ arn, certificatePem, chainPem, privateKeyPem, tags }: AcmImport): Promise<string> {
    const what = arn === null ? 'import the certificate' : `import the certificate in place of ${arn}`;
    const answer = await callAws(what, this.signal, (abortSignal) =>
      this.client.send(
        new ImportCertificateCommand({
          Certificate: Buffer.from(certificatePem),
          PrivateKey: Buffer.from(privateKeyPem),
          ...(chainPem !== '' && { CertificateChain: Buffer.from(chainPem) }),
          ...(arn === null ? { Tags: listOf(tags) } : { CertificateArn: arn }),
        }),
        { abortSignal },
      ),
    );
    if (answer.CertificateArn === undefined) throw unexpected('ImportCertificate');
    return answer.CertificateArn;
  }

  /**
   * Safe to call for one that is gone.
   *
   * @throws AppError `conflict` while something still uses it
   */
  async delete(arn: string): Promise<void> {
    try {
      await callAws(`delete the certificate ${arn}`, this.signal, (abortSignal) => this.client.send(new DeleteCertificateCommand({ CertificateArn: arn }), { abortSignal }));
    } catch (error) {
      if (isAwsFault(error, 'ResourceNotFoundException')) return;
      if (!isAwsFault(error, 'ResourceInUseException')) throw error;
      throw new AppError('conflict', `the certificate ${arn} is still in use${await this.usersOf(arn)}: have what uses it present another one first. ${error.message}`, { reason: 'aws.ResourceInUseException', cause: error });
    }
  }

  /** For the message alone: without the right to it, it stays unsaid. */
  private async usersOf(arn: string): Promise<string> {
    try {
      const { Certificate: found } = await callAws(`describe ${arn}`, this.signal, (abortSignal) => this.client.send(new DescribeCertificateCommand({ CertificateArn: arn }), { abortSignal }));
      const users = (found?.InUseBy ?? []).slice(0, 5);
      return users.length === 0 ? '' : ` by ${users.join(', ')}`;
    } catch {
      return '';
    }
  }
}

function contentOf(arn: string, body: string, chain: string | undefined): CertificateBytes {
  try {
    const bytes = certificateBytes(body, chain);
    if (bytes !== null) return bytes;
  } catch {
    // Told below.
  }
  throw new AppError('upstream_failed', `${arn} of ACM is no certificate`, { reason: 'aws.no_certificate' });
}

const listOf = (tags: Record<string, string>): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

const unexpected = (operation: string): AppError => new AppError('upstream_failed', `AWS answered ${operation} in a form that is not its API's: is the endpoint right?`, { reason: 'aws.unexpected_answer' });
