import { nameOids, parseCertificate, slugify, valueOf, type CertificateFacts } from '@sifaka/pki';
import { namesCanBeStored } from '@sifaka/policy';
import type { ingestCertificates, InputOf } from '@sifaka/contracts';
import { formatColumns, type FormatColumns } from '../certificate/format.js';
import { generatedName, nameChars } from '../certificate/new-certificate.js';

export type Given = InputOf<typeof ingestCertificates>['certificates'][number];

/** What a place holds, read. */
export interface FoundCertificate {
  facts: CertificateFacts;
  columns: FormatColumns;
  /** Issuer first, as far as each names the next. */
  chain: readonly Buffer[];
  /** Name to begin with. */
  base: string;
  externalId: string | null;
  description: string | null;
  /** E-mail address, as far as the place knows; in lower case. */
  owner: string | null;
}

/**
 * Reads a certificate that was found. Nothing is asked of it but that it can be kept: it exists, whatever a policy says.
 *
 * @throws AppError `invalid_argument`, in words that tell why it is left out
 */
export function readFound(der: Buffer, given: Omit<Given, 'certificateDer' | 'chainDer'>, chain: (facts: CertificateFacts) => readonly Buffer[]): FoundCertificate {
  if (der.length > maxDerBytes) throw new Unstorable(`it has ${der.length} bytes, ${maxDerBytes} are accepted`);
  const facts = parseCertificate(der);
  const refusal = namesCanBeStored({ certificate: facts });
  if (refusal !== null) throw new Unstorable(refusal.message);
  const columns = formatColumns(facts);
  assertStorable(facts, columns);
  return {
    facts,
    columns,
    chain: chain(facts),
    base: nameOf(given.name, facts, columns),
    externalId: storable(given.externalId),
    description: storable(given.description),
    owner: ownerOf(given.owner),
  };
}

/** Why a certificate that can be read is left out all the same. */
export class Unstorable extends Error {}

function assertStorable({ cn, serialHex, notBefore, notAfter }: CertificateFacts, columns: FormatColumns): void {
  const { domains, distinguishedName, issuer, country, state, location, organization, organizationalUnit } = columns;
  if (serialHex.length > maxSerialChars) throw new Unstorable(`its serial number has ${serialHex.length} hexadecimal digits, ${maxSerialChars} are accepted (RFC 5280 section 4.1.2.2: 40)`);
  // Years before 1 are none in a database's calendar.
  if (notBefore.getUTCFullYear() < 1 || notAfter.getUTCFullYear() < 1) throw new Unstorable('its validity is before the year 1');
  if ([cn ?? '', ...domains].some((text) => controls.test(text))) throw new Unstorable('a name in it holds control characters');
  const texts = [cn, distinguishedName, issuer, country, state, location, organization, organizationalUnit, ...domains];
  if (texts.some((text) => text !== null && unstorable.test(text))) throw new Unstorable('its subject or a name in it holds characters that are none');
  if (JSON.stringify(domains).length > maxNamesChars) throw new Unstorable(`its names have more than ${maxNamesChars} characters together`);
}

/** As the place calls it, or as any certificate is called; one without names after its organization or serial number. */
function nameOf(given: string | null, facts: CertificateFacts, { domains, issuer }: FormatColumns): string {
  const custom = slugify(given ?? '').slice(0, nameChars);
  if (custom !== '') return custom;
  const { notBefore, notAfter, subject, serialHex } = facts;
  const cn = facts.cn ?? domains[0] ?? valueOf(subject, nameOids.organization) ?? `serial ${serialHex}`;
  return generatedName({ cn, domains, issuer, notBefore, notAfter });
}

function ownerOf(given: string | null): string | null {
  const owner = storable(given)?.trim().toLowerCase();
  return owner === undefined || owner === '' ? null : owner;
}

/** Texts of a place stand beside a certificate and never keep it out: what a database cannot hold is replaced. */
export function storable(text: string | null): string | null {
  return text === null || !unstorable.test(text) ? text : text.replace(everyUnstorable, '\u{FFFD}');
}

/** NUL, and halves of surrogate pairs. */
const unstorable = /[\0\p{Cs}]/u;
const everyUnstorable = /[\0\p{Cs}]/gu;
const controls = /\p{Cc}/u;

/** As much as an upload may have. */
const maxDerBytes = 65_536;
/** What an index entry takes, and far more than certificates have. */
const maxSerialChars = 128;
/** An event tells them, and has 256 kB. */
const maxNamesChars = 200_000;
