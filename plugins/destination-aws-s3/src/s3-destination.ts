import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { awsFault, AwsSession } from '@sifaka/aws';
import { AppError } from '@sifaka/kernel';
import { fromPkcs8Der, pemBundle, toTraditionalPem } from '@sifaka/pki';
import type { DeployableCertificate, Destination, DestinationContext } from '@sifaka/plugin-sdk';
import type { S3Options } from './options.js';

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
    await this.put(key, data, this.options.encrypt);
    return { externalId: `s3://${this.options.bucket}/${key}` };
  }

  async uploadToken({ path, content }: { path: string; content: string }): Promise<void> {
    await this.put(this.keyOf(tokenName(path)), Buffer.from(content), false, 'text/plain');
  }

  async removeToken({ path }: { path: string }): Promise<void> {
    await this.delete(this.keyOf(tokenName(path)));
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

  private async put(key: string, body: Uint8Array, isEncrypted: boolean, contentType = 'application/octet-stream'): Promise<void> {
    await this.ask(`put ${this.options.bucket}/${key}`, (client) =>
      client.send(
        new PutObjectCommand({
          Bucket: this.options.bucket,
          Key: key,
          Body: body,
          ContentType: contentType,
          // The bucket may belong to another account than the role.
          ACL: 'bucket-owner-full-control',
          ...(isEncrypted && { ServerSideEncryption: 'AES256' }),
        }),
        { abortSignal: this.context.signal },
      ),
    );
  }

  /** S3 answers the same for an object that is not there. */
  private async delete(key: string): Promise<void> {
    await this.ask(`delete ${this.options.bucket}/${key}`, (client) => client.send(new DeleteObjectCommand({ Bucket: this.options.bucket, Key: key }), { abortSignal: this.context.signal }));
  }

  private async ask(what: string, call: (client: S3Client) => Promise<unknown>): Promise<void> {
    try {
      await call(this.client());
    } catch (error) {
      throw awsFault(what, error);
    }
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
