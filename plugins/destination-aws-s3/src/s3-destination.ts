import { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AwsSession, callAws, isAwsFault } from '@sifaka/aws';
import { AppError } from '@sifaka/kernel';
import { fromPkcs8Der, pemBundle, toTraditionalPem } from '@sifaka/pki';
import { assertPublishedName, type DeployableCertificate, type DeployedCertificate, type Destination, type DestinationContext, type PublishedFile } from '@sifaka/plugin-sdk';
import type { S3Options } from './options.js';

/** Metadata of an object: the certificate in it, SHA-256, hex. */
const fingerprintEntry = 'sifaka-fingerprint';

/** A new list takes the place of a former one long before that ends: whoever serves the bucket asks again after half a minute, as those do who ask here. */
const publicCaching = 'public, max-age=30';

/** Objects of one bucket, below one prefix. */
export class S3Destination implements Destination {
  private readonly session: AwsSession;
  private opened: S3Client | null = null;

  constructor(
    private readonly options: S3Options,
    private readonly context: DestinationContext,
  ) {
    this.session = new AwsSession(options, options.assumes_role ? options.accountNumber : null, context);
  }

  async check(): Promise<void> {
    const key = this.keyOf(`.sifaka-probe-${Buffer.from(this.context.random(8)).toString('hex')}`);
    await this.put(key, Buffer.from('written by a connection test, and to be removed by it\n'), this.options.encrypt);
    await this.delete(key);
  }

  async upload(certificate: DeployableCertificate): Promise<{ externalId: string | null }> {
    const { extension, data } = await this.fileOf(certificate);
    const key = this.keyOf(`${certificate.name}.${extension}`);
    await this.put(key, data, this.options.encrypt, { metadata: { [fingerprintEntry]: certificate.fingerprint } });
    return { externalId: `s3://${this.options.bucket}/${key}` };
  }

  async verify(certificate: DeployedCertificate): Promise<boolean> {
    return (await this.fingerprintAt(this.deployedKey(certificate))) === certificate.fingerprint;
  }

  /** What was written there by somebody else, or for another certificate, stays. */
  async remove(certificate: DeployedCertificate): Promise<void> {
    const key = this.deployedKey(certificate);
    const present = await this.fingerprintAt(key);
    if (present === certificate.fingerprint) await this.delete(key);
    else if (present === '') this.context.logger.warn('the object is not removed: it was not written by this platform', { key });
  }

  async uploadToken({ path, content }: { path: string; content: string }): Promise<void> {
    await this.put(this.keyOf(tokenName(path)), Buffer.from(content), false, { contentType: 'text/plain' });
  }

  async removeToken({ path }: { path: string }): Promise<void> {
    await this.delete(this.keyOf(tokenName(path)));
  }

  /** S3 shows the former object or the new one, never half of it. */
  async publish({ name, mediaType, content }: PublishedFile): Promise<void> {
    assertPublishedName(name);
    await this.put(this.keyOf(name), content, false, { contentType: mediaType, cacheControl: publicCaching });
  }

  async unpublish({ name }: { name: string }): Promise<void> {
    assertPublishedName(name);
    await this.delete(this.keyOf(name));
  }

  close(): Promise<void> {
    this.opened?.destroy();
    this.opened = null;
    this.session.close();
    return Promise.resolve();
  }

  private async fileOf(certificate: DeployableCertificate): Promise<{ extension: string; data: Uint8Array }> {
    const { exportPlugin } = this.options;
    const { certificateDer, chainDer, privateKeyPkcs8Der: key } = certificate;
    if (exportPlugin === undefined) {
      const keyPem = key === null ? null : toTraditionalPem(fromPkcs8Der(key));
      return { extension: 'pem', data: Buffer.from(pemBundle(certificateDer, chainDer, keyPem)) };
    }
    const file = await this.context.exportWith(exportPlugin.slug, exportPlugin.pluginOptions, certificate);
    if (file.passphrase !== null && !isPassphraseGiven(exportPlugin.pluginOptions)) {
      const message = `${exportPlugin.slug} made up a passphrase that nobody would ever learn: give one in its option "passphrase"`;
      throw new AppError('failed_precondition', message, { reason: 'destination.lost_passphrase', fields: [{ path: 'plugin.pluginOptions.exportPlugin.pluginOptions.passphrase', message }] });
    }
    return file;
  }

  private async put(key: string, body: Uint8Array, isEncrypted: boolean, { contentType = 'application/octet-stream', cacheControl, metadata = {} }: { contentType?: string; cacheControl?: string; metadata?: Record<string, string> } = {}): Promise<void> {
    await this.ask(`put ${this.options.bucket}/${key}`, (client, abortSignal) =>
      client.send(
        new PutObjectCommand({
          Bucket: this.options.bucket,
          Key: key,
          Body: body,
          ContentType: contentType,
          ...(cacheControl !== undefined && { CacheControl: cacheControl }),
          Metadata: metadata,
          // The bucket may belong to another account than the role.
          ACL: 'bucket-owner-full-control',
          ...(isEncrypted && { ServerSideEncryption: 'AES256' }),
        }),
        { abortSignal },
      ),
    );
  }

  /** S3 answers the same for an object that is not there. */
  private async delete(key: string): Promise<void> {
    await this.ask(`delete ${this.options.bucket}/${key}`, (client, abortSignal) => client.send(new DeleteObjectCommand({ Bucket: this.options.bucket, Key: key }), { abortSignal }));
  }

  /** Null: there is no such object; empty: it says of no certificate that it holds it. */
  private async fingerprintAt(key: string): Promise<string | null> {
    try {
      const { Metadata: metadata = {} } = await this.ask(`look at ${this.options.bucket}/${key}`, (client, abortSignal) => client.send(new HeadObjectCommand({ Bucket: this.options.bucket, Key: key }), { abortSignal }));
      return metadata[fingerprintEntry] ?? '';
    } catch (error) {
      if (isAwsFault(error, 'NotFound', 'NoSuchKey')) return null;
      throw error;
    }
  }

  /** Whoever does not know what the object was called at its upload knows its name from that of the certificate, where it is a bundle. */
  private deployedKey({ name, externalId }: DeployedCertificate): string {
    const start = `s3://${this.options.bucket}/`;
    if (externalId?.startsWith(start) === true) return externalId.slice(start.length);
    if (this.options.exportPlugin === undefined) return this.keyOf(`${name}.pem`);
    throw new AppError('failed_precondition', `nobody knows how the object of "${name}" in ${this.options.bucket} is called: look at it there`, { reason: 'destination.unknown_object' });
  }

  private ask<Answer>(what: string, call: (client: S3Client, signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    return callAws(what, this.context.signal, (signal) => call(this.client(), signal));
  }

  private client(): S3Client {
    // Other stores than Amazon's have no name of their own for each bucket.
    this.opened ??= new S3Client({ ...this.session.config(), forcePathStyle: this.options.endpoint !== undefined, requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' });
    return this.opened;
  }

  private keyOf(name: string): string {
    const folder = this.options.prefix.replace(/\/+$/, '');
    return folder === '' ? name : `${folder}/${name}`;
  }
}

const isPassphraseGiven = (pluginOptions: readonly unknown[]): boolean =>
  pluginOptions.some((option) => typeof option === 'object' && option !== null && 'name' in option && option.name === 'passphrase' && 'value' in option && typeof option.value === 'string' && option.value !== '');

/** RFC 8555 section 8.3: a token is base64url. */
function tokenName(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^[A-Za-z0-9_-]{1,255}$/.test(name)) return name;
  throw new AppError('invalid_argument', `"${name.slice(0, 64)}" is no token of a challenge`, { reason: 'destination.bad_token' });
}
