import { X509Certificate } from 'node:crypto';
import { acmStore, AwsSession, inParallel, isAwsFault, parseCertificateArn, withoutRoot } from '@sifaka/aws';
import { AcmCertificates, type AcmEntry } from '@sifaka/aws/acm';
import { AppError } from '@sifaka/kernel';
import { encodePem, fromPkcs8Der, toPkcs8Pem } from '@sifaka/pki';
import type { DeployableCertificate, DeployedCertificate, Destination, DestinationContext } from '@sifaka/plugin-sdk';
import type { AcmOptions } from './options.js';

/** By it an import whose answer was lost is found again. */
const fingerprintTag = 'sifaka-fingerprint';

/** Tags are read one certificate at a time, and ACM takes ten such calls a second. */
const tagReads = 4;

/** Certificates that were imported into ACM in one region. What a certificate replaces gives it its ARN, and whatever uses that ARN serves the new one. */
export class AcmDestination implements Destination {
  readonly store: string;
  private readonly session: AwsSession;
  private opened: AcmCertificates | null = null;

  constructor(
    private readonly options: AcmOptions,
    private readonly context: DestinationContext,
  ) {
    this.session = new AwsSession(options, options.accountNumber, context);
    this.store = acmStore(options.accountNumber, this.session.region);
  }

  async check(): Promise<void> {
    for await (const _first of this.certificates().list()) return;
  }

  async upload(certificate: DeployableCertificate): Promise<{ externalId: string }> {
    for (const replaced of certificate.replaces ?? []) {
      const arn = await this.inPlaceOf(replaced, certificate);
      if (arn !== null) return { externalId: arn };
    }
    const arn = await this.find(certificate);
    return { externalId: arn ?? (await this.import(certificate, null)) };
  }

  async verify(certificate: DeployedCertificate): Promise<boolean> {
    const arn = this.ownArn(certificate.externalId) ?? (await this.find(certificate));
    if (arn === null) return false;
    return (await this.certificates().read(arn))?.fingerprint === certificate.fingerprint;
  }

  /** The ARN may be another certificate's by now. */
  async remove(certificate: DeployedCertificate): Promise<void> {
    const arn = this.ownArn(certificate.externalId) ?? (await this.find(certificate));
    if (arn === null) return;
    const present = await this.certificates().read(arn);
    if (present?.fingerprint === certificate.fingerprint) await this.certificates().delete(arn);
  }

  close(): Promise<void> {
    this.opened = null;
    this.session.close();
    return Promise.resolve();
  }

  /** Null: there is nothing in whose place it could come. */
  private async inPlaceOf({ externalId, fingerprint, name }: DeployedCertificate, certificate: DeployableCertificate): Promise<string | null> {
    const arn = this.ownArn(externalId);
    const present = arn === null ? null : await this.certificates().read(arn);
    if (arn === null || present === null) return null;
    if (present.fingerprint === certificate.fingerprint) {
      // It came here before, and only the answer was lost.
      await this.label(arn, certificate);
      return arn;
    }
    if (present.fingerprint !== fingerprint) return null;
    try {
      await this.import(certificate, arn);
      await this.label(arn, certificate);
      return arn;
    } catch (error) {
      // Another type of key, or none of the names: ACM never takes that in place.
      if (!isAwsFault(error, 'ValidationException')) throw error;
      this.context.logger.warn('ACM does not take the certificate in place of the one that it replaces: it gets an ARN of its own', { replaced: name, because: error.message });
      return null;
    }
  }

  private async import({ certificateDer, chainDer, privateKeyPkcs8Der: key, ...certificate }: DeployableCertificate, arn: string | null): Promise<string> {
    if (key === null) throw new AppError('failed_precondition', 'ACM takes no certificate without its private key', { reason: 'destination.no_key' });
    return this.certificates().import({
      arn,
      certificatePem: encodePem('CERTIFICATE', certificateDer),
      chainPem: withoutRoot(chainDer)
        .map((der) => encodePem('CERTIFICATE', der))
        .join('\n'),
      privateKeyPem: toPkcs8Pem(fromPkcs8Der(key)),
      tags: tagsOf(certificate),
    });
  }

  /** Labels help people and lost answers; the certificate serves without them. */
  private async label(arn: string, certificate: DeployableCertificate): Promise<void> {
    try {
      await this.certificates().tag(arn, tagsOf(certificate));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'permission_denied') throw error;
      this.context.logger.warn('the certificate keeps the tags of the one that it replaced: the role may not change them', { arn });
    }
  }

  /** One that was imported for this certificate already. */
  private async find({ fingerprint, certificateDer }: Pick<DeployedCertificate, 'fingerprint' | 'certificateDer'>): Promise<string | null> {
    const certificates = this.certificates();
    const names = namesOf(certificateDer);
    const holds = async ({ arn, domainName, isImported }: AcmEntry): Promise<string | null> => {
      const mayBe = isImported && (domainName === null || names.includes(domainName.toLowerCase()));
      if (!mayBe || (await certificates.tags(arn))?.get(fingerprintTag) !== fingerprint) return null;
      return (await certificates.read(arn))?.fingerprint === fingerprint ? arn : null;
    };
    for await (const arn of inParallel(certificates.list(), tagReads, holds)) if (arn !== null) return arn;
    return null;
  }

  /** What other certificates are called elsewhere is no ARN of this region. */
  private ownArn(externalId: string | null): string | null {
    const arn = parseCertificateArn(externalId);
    return arn?.registry === 'acm' && arn.region === this.session.region && arn.account === this.options.accountNumber ? arn.arn : null;
  }

  private certificates(): AcmCertificates {
    this.opened ??= new AcmCertificates(this.session, this.session.region, this.context.signal);
    return this.opened;
  }
}

/** What ACM shows as the domain of a certificate is among them; the rest tells the tag. */
function namesOf(certificateDer: Uint8Array): string {
  const { subject, subjectAltName = '' } = new X509Certificate(certificateDer);
  return `${subject}, ${subjectAltName}`.toLowerCase();
}

/** ACM: letters, digits, spaces and `_.:/=+-@`, 256 of them. */
const tagsOf = ({ name, fingerprint }: Pick<DeployableCertificate, 'name' | 'fingerprint'>): Record<string, string> => ({
  Name: name.replaceAll(/[^\p{L}\p{N} _.:/=+@-]/gu, '_').slice(0, 256),
  [fingerprintTag]: fingerprint,
});
