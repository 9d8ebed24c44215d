import { invalidField } from '../invalid.js';
import { slugify } from './slug.js';

export interface CertificateNameInput {
  readonly cn: string | null;
  /** DNS and IP names in the order of the SAN. */
  readonly domains: readonly string[];
  /** From `issuerSlug`, or the authority's name for a pending certificate. */
  readonly issuer: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** `[SAN-]<subject>-<issuer>-<YYYYMMDD>-<YYYYMMDD>` as slug. Errors: `invalid_argument` without CN and domains. */
export function certificateName({ cn, domains, issuer, notBefore, notAfter }: CertificateNameInput): string {
  const isNamed = cn !== null && cn.trim() !== '';
  const subject = isNamed ? cn.trim() : domains[0];
  if (!subject) throw invalidField('commonName', 'a certificate without common name and without domains has nothing to be named after');
  const prefix = domains.length > 1 ? 'SAN-' : '';
  const text = `${prefix}${subject}-${issuer.replaceAll(' ', '')}-${day(notBefore)}-${day(notAfter)}`;
  return slugify(text.replaceAll('*', 'WILDCARD'));
}

/** As `certificateName`, with the serial at its end: users get certificates several times a day, and their key ids tell them apart. */
export const sshCertificateName = (input: CertificateNameInput & { readonly serialHex: string }): string => `${certificateName(input)}-${input.serialHex}`;

/**
 * Name that is not among `takenNames` (those that start with `base`, in any case): `base`, then `base-HEX`, then `base-HEX-1`, …
 * A trailing number of eight digits is a date, and the serial itself is never counted on.
 */
export function nextFreeName(base: string, serialHex: string, takenNames: Iterable<string>): string {
  const taken = new Set(takenNames);
  if (!taken.has(base)) return base;
  const root = base === '' ? serialHex : `${base}-${serialHex}`;
  if (!taken.has(root)) return root;
  let counter = withoutDates(highestCounter(root, taken) + 1);
  while (taken.has(`${root}-${counter}`)) counter = withoutDates(counter + 1);
  return `${root}-${counter}`;
}

/** Numbers of eight digits would be read as dates. */
const withoutDates = (counter: number): number => (counter >= 10_000_000 && counter < 100_000_000 ? 100_000_000 : counter);

function highestCounter(root: string, taken: ReadonlySet<string>): number {
  const start = `${root}-`.toLowerCase();
  let highest = 0;
  for (const name of taken) {
    const digits = name.slice(start.length);
    if (name.toLowerCase().startsWith(start) && /^[0-9]{1,7}$/.test(digits)) highest = Math.max(highest, Number(digits));
  }
  return highest;
}

const day = (date: Date): string => date.toISOString().slice(0, 10).replaceAll('-', '');
