import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@sifaka/kernel';
import { nameByTemplate, type DeployableCertificate, type DeployedCertificate, type Destination, type DestinationContext } from '@sifaka/plugin-sdk';
import { entryFingerprint, kvStoreOf, type KvStore } from '@sifaka/vault';
import { RE2JS } from 're2js';
import { dnsNamesOf, entryOf, publicEntry } from './entry.js';
import type { HashiVaultOptions } from './options.js';

/** Secrets of a KV engine, each with the entries of one certificate or several, by common name. */
export class HashiVaultDestination implements Destination {
  readonly place: string;
  private readonly engine: KvStore;

  constructor(
    private readonly options: HashiVaultOptions,
    context: DestinationContext,
  ) {
    this.place = `${options.vaultUrl} ${options.namespace ?? ''} ${options.vaultMount}`;
    this.engine = kvStoreOf(options, context);
  }

  /** The login works, and its policies let it do all that it will have to, on the path of a certificate of a made-up name. */
  async check(): Promise<void> {
    const example = [this.options.vaultPath, this.options.objectName ?? '{CN}'].join('/').replaceAll(/\{[A-Z]+\}/g, 'sifaka-probe');
    await this.engine.checkRights(example, ['create', 'read', 'update']);
  }

  async upload(certificate: DeployableCertificate): Promise<{ externalId: string | null }> {
    this.checkNames(certificate);
    const { path, key } = this.whereabouts(certificate);
    const entry = entryOf(certificate, this.options.bundleChain);
    await this.engine.update(path, (data) => (isDeepStrictEqual(data[key], entry) ? data : { ...data, [key]: entry }));
    return { externalId: this.placeFor(certificate) };
  }

  placeFor(certificate: Pick<DeployedCertificate, 'name' | 'commonName' | 'certificateDer'>): string {
    const { path, key } = this.whereabouts(certificate);
    return `${this.options.vaultMount}/${path}#${key}`;
  }

  async verify(certificate: DeployedCertificate): Promise<boolean> {
    const { path, key } = this.whereabouts(certificate);
    const held = (await this.engine.read(path))?.[key];
    if (typeof held !== 'object' || held === null) return false;
    const { key: _secret, ...shown } = { key: null, ...held };
    return isDeepStrictEqual(shown, publicEntry(certificate, this.options.bundleChain));
  }

  async remove(certificate: DeployedCertificate): Promise<void> {
    const { path, key } = this.whereabouts(certificate);
    await this.engine.update(path, (data) => {
      if (entryFingerprint(data[key]) !== certificate.fingerprint) return data;
      const { [key]: _gone, ...others } = data;
      return Object.keys(others).length === 0 ? null : others;
    });
  }

  private whereabouts(certificate: Pick<DeployedCertificate, 'name' | 'commonName' | 'certificateDer'>): { path: string; key: string } {
    const path = `${nameByTemplate(this.options.vaultPath, certificate)}/${nameByTemplate(this.options.objectName ?? '{CN}', certificate)}`;
    return { path, key: certificate.commonName ?? certificate.name };
  }

  private checkNames({ name, certificateDer }: DeployableCertificate): void {
    const filter = RE2JS.compile(this.options.sanFilter, RE2JS.CASE_INSENSITIVE);
    const refused = dnsNamesOf(certificateDer).find((each) => !filter.matcher(each).lookingAt());
    if (refused === undefined) return;
    throw new AppError('failed_precondition', `certificate "${name}" is for ${refused}, which sanFilter ${this.options.sanFilter} of this destination does not let pass`, { reason: 'vault.san_filter' });
  }
}
