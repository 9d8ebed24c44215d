import { createHash } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import type { DeployedCertificate } from '@sifaka/plugin-sdk';

/** RFC 1123 subdomain: 253 characters, and ours leave room for the name of what is kept. */
const keptSuffix = '-previous';
const maxLength = 253 - keptSuffix.length;

/** A certificate without common name goes by the name that it has here. @throws AppError `failed_precondition` when nothing of it is left */
export function secretName(format: string, { commonName, name }: Pick<DeployedCertificate, 'commonName' | 'name'>): string {
  const made = subdomain(format.replaceAll('{common_name}', commonName ?? name));
  if (made !== '') return made;
  throw new AppError('failed_precondition', `no name of a secret can be made of "${format}" and the common name "${commonName ?? name}"`, { reason: 'kubernetes.no_name' });
}

/** Keeps what a secret held before. */
export const keptName = (name: string): string => name + keptSuffix;

/** Labels of lower-case letters, digits and hyphens that begin and end with a letter or digit. */
function subdomain(text: string): string {
  const labels = text
    .toLowerCase()
    .replaceAll('*', 'wildcard')
    .split('.')
    .map((label) => label.replaceAll(/[^a-z0-9-]+/g, '-').replaceAll(/^-+|-+$/g, ''))
    .filter((label) => label !== '');
  const whole = labels.join('.');
  if (whole.length <= maxLength) return whole;
  // What is cut off still tells two names apart.
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 10);
  return `${whole.slice(0, maxLength - hash.length - 1).replace(/[.-]+$/, '')}-${hash}`;
}
