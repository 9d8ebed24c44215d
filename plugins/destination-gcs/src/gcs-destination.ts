import { createHash } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import { fromPkcs8Der, fullChainPem, toTraditionalPem } from '@sifaka/pki';
import { nameByTemplate, type DeployableCertificate, type DeployedCertificate, type Destination, type DestinationContext } from '@sifaka/plugin-sdk';
import type { GcsOptions } from './options.js';
import { overtaken, StorageApi, type ObjectContent, type StoredObject } from './storage-api.js';

/** Metadata of objects: the certificate that they belong to (SHA-256, hex), and the object of its key. */
const fingerprintEntry = 'sifaka-fingerprint';
const keyObjectEntry = 'sifaka-key-object';

/** `list`: without it Cloud Storage answers 403 in place of 404 for an object that is not there. `delete`: to put one in place of another. */
const permissions = ['storage.objects.create', 'storage.objects.delete', 'storage.objects.get', 'storage.objects.list'];

/** Somebody else may write to the same object: who came second looks again. */
const attempts = 5;

/** Objects of one bucket: certificate with chain, and key. */
export class GcsDestination implements Destination {
  readonly place: string;
  private readonly api: StorageApi;

  constructor(
    private readonly options: GcsOptions,
    private readonly context: DestinationContext,
  ) {
    this.place = `${options.endpoint} ${options.bucketName}`;
    this.api = new StorageApi(options, context);
  }

  /** The bucket is there, and the account may do all that it will have to. Nothing is written. */
  async check(): Promise<void> {
    const granted = await this.api.granted(permissions);
    // Other stores have no such question: whoever may look at least gets in.
    if (granted === null) await this.api.object(`.sifaka-probe-${Buffer.from(this.context.random(8)).toString('hex')}`);
    const missing = permissions.filter((permission) => granted?.includes(permission) === false);
    if (missing.length === 0) return;
    throw new AppError('permission_denied', `the service account lacks ${missing.join(', ')} on the bucket "${this.options.bucketName}": grant it roles/storage.objectUser there`, { reason: 'google.permissions' });
  }

  /** The key comes first: whoever sees the certificate finds its key. */
  async upload(certificate: DeployableCertificate): Promise<{ externalId: string }> {
    const names = this.namesOf(certificate);
    const { certificateDer, chainDer, privateKeyPkcs8Der: key, fingerprint } = certificate;
    const own = { [fingerprintEntry]: fingerprint };
    if (key !== null) await this.put(names.key, contentOf(toTraditionalPem(fromPkcs8Der(key)), own));
    await this.put(names.certificate, contentOf(fullChainPem(certificateDer, chainDer), { ...own, ...(key !== null && { [keyObjectEntry]: names.key }) }));
    return { externalId: this.placeFor(certificate) };
  }

  placeFor(certificate: Pick<DeployedCertificate, 'name' | 'commonName' | 'certificateDer'>): string {
    return `gs://${this.options.bucketName}/${this.namesOf(certificate).certificate}`;
  }

  async verify(certificate: DeployedCertificate): Promise<boolean> {
    const { certificateDer, chainDer, fingerprint } = certificate;
    const held = await this.api.object(this.namesOf(certificate).certificate);
    if (held?.metadata[fingerprintEntry] !== fingerprint || held.md5Hash !== md5Of(fullChainPem(certificateDer, chainDer))) return false;
    const keyName = held.metadata[keyObjectEntry];
    if (keyName === undefined) return true;
    return (await this.api.object(keyName))?.metadata[fingerprintEntry] === fingerprint;
  }

  /** The key goes first: the certificate names its object, by which it is found again when this was cut off in between. */
  async remove(certificate: DeployedCertificate): Promise<void> {
    const names = this.namesOf(certificate);
    const held = await this.api.object(names.certificate);
    const isOwn = held?.metadata[fingerprintEntry] === certificate.fingerprint;
    const keyName = (isOwn ? held.metadata[keyObjectEntry] : undefined) ?? names.key;
    await this.removeOwn(keyName, certificate.fingerprint);
    await this.removeOwn(names.certificate, certificate.fingerprint);
  }

  /** What is there already, byte for byte, is not written again. */
  private async put(name: string, content: ObjectContent): Promise<void> {
    for (let left = attempts; left > 0; left -= 1) {
      const held = await this.api.object(name);
      if (held !== null && isSame(held, content)) return;
      if (await this.api.put(name, held?.generation ?? '0', content)) return;
    }
    throw overtaken(name);
  }

  /** What was written there by somebody else, or for another certificate, stays. */
  private async removeOwn(name: string, fingerprint: string): Promise<void> {
    for (let left = attempts; left > 0; left -= 1) {
      const held = await this.api.object(name);
      if (held === null) return;
      const present = held.metadata[fingerprintEntry];
      if (present === undefined) this.context.logger.warn('the object is not removed: it was not written by this platform', { name });
      if (present !== fingerprint) return;
      if (await this.api.delete(name, held.generation)) return;
    }
    throw overtaken(name);
  }

  private namesOf(certificate: Pick<DeployedCertificate, 'name' | 'commonName' | 'certificateDer'>): { certificate: string; key: string } {
    const names = { certificate: nameByTemplate(this.options.certObjectName, certificate), key: nameByTemplate(this.options.keyObjectName, certificate) };
    if (names.certificate !== names.key) return names;
    throw new AppError('failed_precondition', `certObjectName and keyObjectName both come to "${names.key}" for certificate "${certificate.name}"`, { reason: 'google.same_object' });
  }
}

const contentOf = (text: string, metadata: Record<string, string>): ObjectContent => ({ text, md5Hash: md5Of(text), metadata });

/** What Cloud Storage keeps of every object, to compare it by. */
const md5Of = (text: string): string => createHash('md5').update(text).digest('base64');

function isSame({ md5Hash, metadata }: StoredObject, content: ObjectContent): boolean {
  return md5Hash === content.md5Hash && metadata[fingerprintEntry] === content.metadata[fingerprintEntry] && metadata[keyObjectEntry] === content.metadata[keyObjectEntry];
}
