import { setTimeout as pause } from 'node:timers/promises';
import { AwsSession, iamStore, isAwsFault, parseCertificateArn, serverCertificateName, withoutRoot } from '@sifaka/aws';
import { IamCertificates, type IamCertificate } from '@sifaka/aws/iam';
import { AppError } from '@sifaka/kernel';
import { encodePem, fromPkcs8Der, toTraditionalPem } from '@sifaka/pki';
import type { DeployableCertificate, DeployedCertificate, Destination, DestinationContext } from '@sifaka/plugin-sdk';
import type { IamOptions } from './options.js';

/** A name that no certificate has. */
const probeName = 'sifaka-connection-test';

/** What was uploaded is not seen everywhere at once. */
const lookAgainAfterMs = [300, 700];

const sifakaTag = 'sifaka-fingerprint';

/** Server certificates of IAM below one path. They cannot be changed: each has its own name and stays what it is until it is deleted. */
export class IamDestination implements Destination {
  readonly store: string;
  private readonly session: AwsSession;
  private opened: IamCertificates | null = null;

  constructor(
    private readonly options: IamOptions,
    private readonly context: DestinationContext,
  ) {
    this.store = iamStore(options.accountNumber, options.path);
    this.session = new AwsSession(options, options.accountNumber, context);
  }

  async check(): Promise<void> {
    await this.certificates().read(probeName);
  }

  async upload(certificate: DeployableCertificate): Promise<{ externalId: string }> {
    const name = serverCertificateName(certificate.name);
    const present = await this.certificates().read(name);
    if (present !== null) return { externalId: this.same(certificate, present) };
    try {
      return { externalId: await this.send(name, certificate) };
    } catch (error) {
      if (!isAwsFault(error, 'EntityAlreadyExists')) throw error;
      const other = await this.certificates().read(name);
      if (other !== null) return { externalId: this.same(certificate, other) };
      throw error;
    }
  }

  async verify(certificate: DeployedCertificate): Promise<boolean> {
    const name = nameOf(certificate);
    let found = await this.certificates().read(name);
    for (const ms of lookAgainAfterMs) {
      if (found !== null) break;
      await pause(ms, undefined, { signal: this.context.signal });
      found = await this.certificates().read(name);
    }
    return found?.fingerprint === certificate.fingerprint && found.path === this.options.path;
  }

  /** One of the same name with another content is somebody else's. */
  async remove(certificate: DeployedCertificate): Promise<void> {
    const name = nameOf(certificate);
    const found = await this.certificates().read(name);
    if (found?.fingerprint === certificate.fingerprint) await this.certificates().delete(name);
  }

  close(): Promise<void> {
    this.opened = null;
    this.session.close();
    return Promise.resolve();
  }

  private send(name: string, { privateKeyPkcs8Der: key, certificateDer, chainDer, fingerprint }: DeployableCertificate): Promise<string> {
    if (key === null) throw new AppError('failed_precondition', 'IAM takes no certificate without its private key', { reason: 'destination.no_key' });
    return this.certificates().upload({
      name,
      path: this.options.path,
      certificatePem: encodePem('CERTIFICATE', certificateDer),
      chainPem: withoutRoot(chainDer)
        .map((der) => encodePem('CERTIFICATE', der))
        .join('\n'),
      privateKeyPem: toTraditionalPem(fromPkcs8Der(key)),
      tags: { [sifakaTag]: fingerprint },
    });
  }

  private same({ fingerprint }: DeployableCertificate, { name, path, arn, fingerprint: present }: IamCertificate): string {
    if (present !== fingerprint)
      throw new AppError('failed_precondition', `account ${this.options.accountNumber} has another certificate under the name "${name}" (fingerprint ${present}): it is not replaced; delete it, or give this certificate another name`, { reason: 'aws.name_taken' });
    if (path !== this.options.path)
      throw new AppError('failed_precondition', `account ${this.options.accountNumber} has this certificate as "${name}" below "${path}", not below "${this.options.path}": names are unique in an account, whatever the path`, { reason: 'aws.other_path' });
    return arn;
  }

  private certificates(): IamCertificates {
    this.opened ??= new IamCertificates(this.session, this.context.signal);
    return this.opened;
  }
}

function nameOf({ name, externalId }: DeployedCertificate): string {
  const arn = parseCertificateArn(externalId);
  return arn?.registry === 'iam' ? arn.name : serverCertificateName(name);
}
