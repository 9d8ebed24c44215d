import { DeleteServerCertificateCommand, GetServerCertificateCommand, IAMClient, ListServerCertificatesCommand, ListServerCertificateTagsCommand, UploadServerCertificateCommand, type ListServerCertificatesCommandOutput, type Tag } from '@aws-sdk/client-iam';
import { AppError, isAppError } from '@sifaka/kernel';
import type { AwsSession } from './aws-session.js';
import { callAws, isAwsFault } from './call-aws.js';
import { certificateBytes, type CertificateBytes } from './certificate-text.js';

/** A server certificate of IAM without its content. */
export interface IamEntry {
  name: string;
  /** Begins and ends with a slash. */
  path: string;
  arn: string;
  /** What CloudFront calls it: `ASCA…`. */
  id: string;
}

export interface IamCertificate extends IamEntry, CertificateBytes {
  tags: string[];
}

export interface IamUpload {
  name: string;
  path: string;
  certificatePem: string;
  /** Issuer first; empty for none. */
  chainPem: string;
  privateKeyPem: string;
  tags: Record<string, string>;
}

const perPage = 100;
/** A bound on what one account can make us read. */
const maxPages = 1_000;

/** Server certificates of IAM in one account: names are unique in it, whatever the path. */
export class IamCertificates {
  private readonly client: IAMClient;

  constructor(
    session: AwsSession,
    private readonly signal: AbortSignal,
  ) {
    this.client = new IAMClient(session.config());
  }

  /** All of them. */
  async *list(): AsyncGenerator<IamEntry> {
    let marker: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const answer: ListServerCertificatesCommandOutput = await callAws('list the server certificates', this.signal, (abortSignal) =>
        this.client.send(new ListServerCertificatesCommand({ MaxItems: perPage, ...(marker !== undefined && { Marker: marker }) }), { abortSignal }),
      );
      if (answer.ServerCertificateMetadataList === undefined) throw unexpected('ListServerCertificates');
      for (const { ServerCertificateName: name, Path: path, Arn: arn, ServerCertificateId: id } of answer.ServerCertificateMetadataList)
        if (name !== undefined && arn !== undefined) yield { name, path: path ?? '/', arn, id: id ?? '' };
      if (answer.IsTruncated !== true || answer.Marker === undefined) return;
      marker = answer.Marker;
    }
    throw new AppError('failed_precondition', `the account has more than ${maxPages * perPage} server certificates`);
  }

  /**
   * Null: there is none of that name.
   *
   * @throws AppError `upstream_failed` for content that is no certificate
   */
  async read(name: string): Promise<IamCertificate | null> {
    try {
      const { ServerCertificate: found } = await callAws(`read the server certificate "${name}"`, this.signal, (abortSignal) =>
        this.client.send(new GetServerCertificateCommand({ ServerCertificateName: name }), { abortSignal }),
      );
      const { ServerCertificateMetadata: entry, CertificateBody: body, CertificateChain: chain, Tags: tags = [] } = found ?? {};
      if (entry?.Arn === undefined || body === undefined) throw unexpected('GetServerCertificate');
      return { name, path: entry.Path ?? '/', arn: entry.Arn, id: entry.ServerCertificateId ?? '', tags: keysOf(tags), ...contentOf(name, body, chain) };
    } catch (error) {
      if (isAwsFault(error, 'NoSuchEntity', 'NoSuchEntityException')) return null;
      throw error;
    }
  }

  /** Keys of its tags, for those that `read` shows none of. */
  async tags(name: string): Promise<string[]> {
    const { Tags: tags = [] } = await callAws(`read the tags of the server certificate "${name}"`, this.signal, (abortSignal) =>
      this.client.send(new ListServerCertificateTagsCommand({ ServerCertificateName: name }), { abortSignal }),
    );
    return keysOf(tags);
  }

  /** Returns its ARN. @throws AppError with the reason `aws.EntityAlreadyExists` for a name that another one has */
  async upload(upload: IamUpload): Promise<string> {
    const { name } = upload;
    try {
      return await this.send(upload);
    } catch (error) {
      // Rights from before there were tags: the certificate is worth more than its label.
      if (isAppError(error) && error.code === 'permission_denied' && error.message.includes('TagServerCertificate') && Object.keys(upload.tags).length > 0) return this.send({ ...upload, tags: {} });
      if (isAwsFault(error, 'EntityAlreadyExistsException')) throw new AppError(error.code, error.message, { reason: 'aws.EntityAlreadyExists', cause: error });
      throw isAwsFault(error, 'LimitExceeded', 'LimitExceededException') ? new AppError('failed_precondition', `the account has no room for the server certificate "${name}": ${error.message}`, { reason: 'aws.LimitExceeded', cause: error }) : error;
    }
  }

  /**
   * Safe to call for one that is gone.
   *
   * @throws AppError `conflict` while something still uses it
   */
  async delete(name: string): Promise<void> {
    try {
      await callAws(`delete the server certificate "${name}"`, this.signal, (abortSignal) => this.client.send(new DeleteServerCertificateCommand({ ServerCertificateName: name }), { abortSignal }));
    } catch (error) {
      if (isAwsFault(error, 'NoSuchEntity', 'NoSuchEntityException')) return;
      if (!isAwsFault(error, 'DeleteConflict', 'DeleteConflictException')) throw error;
      throw new AppError('conflict', `the server certificate "${name}" is still in use: have what uses it present another one first. ${error.message}`, { reason: 'aws.DeleteConflict', cause: error });
    }
  }

  private async send({ name, path, certificatePem, chainPem, privateKeyPem, tags }: IamUpload): Promise<string> {
    const { ServerCertificateMetadata: entry } = await callAws(`upload the server certificate "${name}"`, this.signal, (abortSignal) =>
      this.client.send(
        new UploadServerCertificateCommand({
          ServerCertificateName: name,
          Path: path,
          CertificateBody: certificatePem,
          PrivateKey: privateKeyPem,
          ...(chainPem !== '' && { CertificateChain: chainPem }),
          ...(Object.keys(tags).length > 0 && { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
        }),
        { abortSignal },
      ),
    );
    if (entry?.Arn === undefined) throw unexpected('UploadServerCertificate');
    return entry.Arn;
  }
}

function contentOf(name: string, body: string, chain: string | undefined): CertificateBytes {
  try {
    const bytes = certificateBytes(body, chain);
    if (bytes !== null) return bytes;
  } catch {
    // Told below.
  }
  throw new AppError('upstream_failed', `the server certificate "${name}" of IAM is no certificate`, { reason: 'aws.no_certificate' });
}

const keysOf = (tags: readonly Tag[]): string[] => tags.flatMap(({ Key: key }) => (key === undefined ? [] : [key]));

const unexpected = (operation: string): AppError => new AppError('upstream_failed', `AWS answered ${operation} in a form that is not its API's: is the endpoint right?`, { reason: 'aws.unexpected_answer' });
