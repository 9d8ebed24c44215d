import { createHash, type KeyObject } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import {
  certificatePem,
  countryOf,
  describeKey,
  isSshCertificate,
  issuerSlug,
  locationOf,
  nameOids,
  nameText,
  organizationalUnitOf,
  organizationOf,
  parseCertificate,
  parseSshCertificate,
  slugify,
  spkiOfSshKey,
  sshPublicKeyLine,
  stateOf,
  toOpensshPrivateKey,
  toTraditionalPem,
  type CertificateFacts,
} from '@sifaka/pki';
import type { CertificateFormat } from '@sifaka/plugin-sdk';

/** What the inventory reads from a certificate of OpenSSH, or from the public key that an SSH authority has for one. */
export interface SshFacts {
  readonly format: 'openssh';
  /** The certificate, or the public key, in OpenSSH's form. */
  readonly der: Buffer;
  readonly spki: Buffer;
  /** The first principal. */
  readonly cn: string | null;
  readonly hosts: readonly string[];
  readonly serial: bigint;
  readonly serialHex: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly hash: string | null;
  readonly keyType: string | null;
  readonly bits: number;
  /** As `issuerSlug` gives it. */
  readonly issuer: string;
  readonly fingerprintSha256: string;
}

/** Whatever may be filed: what both have in common is named alike. */
export type FiledFacts = CertificateFacts | SshFacts;

/** Where formats differ, for the columns of the inventory. */
export interface FormatColumns {
  format: CertificateFormat;
  /** DNS and IP names, in order. */
  domains: string[];
  issuer: string;
  hash: string | null;
  distinguishedName: string;
  country: string | null;
  state: string | null;
  location: string | null;
  organization: string | null;
  organizationalUnit: string | null;
}

export function formatColumns(facts: FiledFacts): FormatColumns {
  if ('format' in facts) {
    const subject = facts.cn === null ? [] : [{ oid: nameOids.commonName, value: facts.cn }];
    const none = { country: null, state: null, location: null, organization: null, organizationalUnit: null };
    return { format: facts.format, domains: [...facts.hosts], issuer: facts.issuer, hash: facts.hash, distinguishedName: nameText(subject), ...none };
  }
  const { subject, sans } = facts;
  return {
    format: 'x509',
    domains: sans.flatMap((name) => (name.type === 'dns' || name.type === 'ip' || name.type === 'network' ? [name.value] : [])),
    issuer: issuerSlug(facts),
    hash: facts.signatureAlgorithm.hash,
    distinguishedName: nameText(subject),
    country: countryOf(subject),
    state: stateOf(subject),
    location: locationOf(subject),
    organization: organizationOf(subject),
    organizationalUnit: organizationalUnitOf(subject),
  };
}

/** Reads what an authority of that format and name issued. */
export function readIssued(format: CertificateFormat, der: Uint8Array, authorityName: string): FiledFacts {
  if (format === 'x509') return parseCertificate(der);
  const { blob, principals, kind, notBefore, notAfter, ...rest } = parseSshCertificate(der);
  const bounded = { notBefore: notBefore ?? new Date(0), notAfter: notAfter ?? farthest };
  return { ...rest, ...bounded, format, der: blob, cn: principals[0] ?? null, hosts: kind === 'host' ? principals : [], issuer: sshIssuer(authorityName) };
}

/** Reads what an authority has for a certificate: an SSH authority has its public key, and name and dates as they were asked for. */
export function readAuthority(format: CertificateFormat, der: Uint8Array, asked: { commonName: string | null; notBefore: Date; notAfter: Date }): FiledFacts {
  if (format === 'x509') return parseCertificate(der);
  const spki = spkiOfSshKey(der);
  const { type: keyType, bits } = describeKey(spki);
  return {
    format,
    der: Buffer.from(der),
    spki,
    cn: asked.commonName,
    hosts: [],
    serial: 0n,
    serialHex: '0',
    notBefore: asked.notBefore,
    notAfter: asked.notAfter,
    hash: null,
    keyType,
    bits,
    issuer: '<selfsigned>',
    fingerprintSha256: createHash('sha256').update(der).digest('hex'),
  };
}

/** The authority's name as it stands in the names of its certificates, which do not carry it. */
export const sshIssuer = (authorityName: string): string => slugify(authorityName, '') || '<unknown>';

/** As files hold it: PEM, or one line as OpenSSH wants it. */
export function bodyText(format: CertificateFormat, der: Uint8Array): string {
  if (format === 'x509') return certificatePem(der);
  return sshPublicKeyLine(der, isSshCertificate(der) ? parseSshCertificate(der).keyId : '');
}

/** Certificates one below the other; for OpenSSH the line of the authority's public key. Null when there is none. */
export function chainText(format: CertificateFormat, chain: readonly Buffer[] | null): string | null {
  return chain === null || chain.length === 0 ? null : chain.map((der) => bodyText(format, der)).join('\n');
}

/** The private key as programs for that format read it. @param random four bytes */
export function privateKeyText(format: CertificateFormat, key: KeyObject, comment: string, random: Uint8Array): string {
  return format === 'openssh' ? toOpensshPrivateKey(key, comment, random) : toTraditionalPem(key);
}

/** @throws AppError `failed_precondition` for what is made of X.509 certificates alone */
export function assertX509({ name, format }: { name: string; format: CertificateFormat }, what: string): void {
  if (format === 'x509') return;
  const detail = `"${name}" is of OpenSSH's own format, and ${what} is made for X.509: take its body, chain and private key as they are`;
  throw new AppError('failed_precondition', detail, { reason: 'certificate.format' });
}

/** The year 9999, the last one that X.509 and databases agree on. */
const farthest = new Date('9999-12-31T23:59:59Z');
