import { setTimeout as pause } from 'node:timers/promises';
import { isAwsFault, parseCertificateArn, serverCertificateName, type CertificateArn } from '@sifaka/aws';
import { AppError } from '@sifaka/kernel';
import type { StoredCertificate } from '@sifaka/plugin-sdk';
import type { AwsPlace } from './aws-place.js';

/** A certificate that was uploaded a moment ago is not known everywhere yet. */
const lookAgainAfterMs = [500, 1_500, 3_000, 5_000];

/** What takes whose place, as AWS knows them. */
export interface Change {
  to: CertificateArn;
  /** Whether a certificate that is presented now is the one to go. */
  isFrom: (arn: string) => Promise<boolean>;
  /** For messages. */
  names: { from: string; to: string };
}

/** @throws AppError `failed_precondition` when the account does not hold the certificate that is to be presented */
export async function changeOf(place: AwsPlace, { from, to }: { from: StoredCertificate; to: StoredCertificate }): Promise<Change> {
  return {
    to: await held(place, to),
    names: { from: from.name, to: to.name },
    isFrom: async (arn) => {
      if (arn === from.externalId) return true;
      const certificate = parseCertificateArn(arn);
      if (certificate === null) return false;
      return (await place.content(certificate))?.fingerprint === from.fingerprint;
    },
  };
}

export const presentsAnother = (where: string, { names }: Change): AppError =>
  new AppError('conflict', `${where} presents neither "${names.from}" nor "${names.to}": somebody changed it`, { reason: 'aws.other_certificate' });

/** Done again for as long as AWS does not know the certificate yet. `isDone`: whether it took effect though AWS says otherwise. */
export async function onceKnown(place: AwsPlace, isDone: () => Promise<boolean>, change: () => Promise<unknown>): Promise<void> {
  for (const ms of [...lookAgainAfterMs, null]) {
    try {
      await change();
      return;
    } catch (error) {
      if (!isAwsFault(error, 'CertificateNotFound', 'CertificateNotFoundException')) throw error;
      if (await isDone()) return;
      if (ms === null) throw error;
      await pause(ms, undefined, { signal: place.signal });
    }
  }
}

async function held(place: AwsPlace, certificate: StoredCertificate): Promise<CertificateArn> {
  for (const ms of [...lookAgainAfterMs, null]) {
    const found = await look(place, certificate);
    if (found !== null) return found;
    if (ms !== null) await pause(ms, undefined, { signal: place.signal });
  }
  throw new AppError('failed_precondition', `account ${place.options.accountNumber} does not hold the certificate "${certificate.name}": upload it first`, { reason: 'aws.certificate_not_held' });
}

async function look(place: AwsPlace, { name, externalId, fingerprint }: StoredCertificate): Promise<CertificateArn | null> {
  const arn = parseCertificateArn(externalId);
  if (arn?.registry === 'acm') return (await place.acm(arn.region).read(arn.arn))?.fingerprint === fingerprint ? arn : null;
  const found = await place.iam.read(arn === null ? serverCertificateName(name) : arn.name);
  return found?.fingerprint === fingerprint ? parseCertificateArn(found.arn) : null;
}
