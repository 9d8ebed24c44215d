import { hash, X509Certificate, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import type { EndpointIssue } from '@sifaka/contracts';
import { LRUCache } from 'lru-cache';

/** A certificate that signs others, read once: each of these costs more than a comparison. */
interface Authority {
  certificate: X509Certificate;
  subject: string;
  issuer: string;
  fingerprint: string;
  isCa: boolean;
  /** Null: of a kind that cannot be used. */
  key: KeyObject | null;
  validToMs: number;
}

/** Certificates that clients trust, by their subjects and fingerprints. */
export interface Trust {
  readonly bySubject: ReadonlyMap<string, readonly Authority[]>;
  readonly fingerprints: ReadonlySet<string>;
}

/** Whether one signed the other, by their fingerprints: each answer costs up to some milliseconds, and hostile servers ask for thousands. */
const signatures = new LRUCache<string, boolean>({ max: 50_000 });

/** Signatures that are verified for one answer at most; chains of the world need five. */
const maxVerified = 24;

/** Longer chains are no chains. */
const maxLength = 10;

/** Thousands of endpoints present the same few of them. */
const authorities = new LRUCache<string, Authority>({ max: 2_000 });

export function trustOf(anchors: readonly X509Certificate[]): Trust {
  const bySubject = new Map<string, Authority[]>();
  const fingerprints = new Set<string>();
  for (const anchor of anchors.map(authorityOf)) {
    fingerprints.add(anchor.fingerprint);
    bySubject.set(anchor.subject, [...(bySubject.get(anchor.subject) ?? []), anchor]);
  }
  return { bySubject, fingerprints };
}

export interface Presented {
  certificateDer: Uint8Array;
  /** Issuer first. */
  chainDer: readonly Uint8Array[];
  /** Any of which clients may ask for; none: it is known by its address alone. */
  names: readonly string[];
}

/** What is wrong with what an endpoint presents, apart from the state of the certificate itself; nothing is said of what cannot be read. */
export function judgePresented({ certificateDer, chainDer, names }: Presented, trust: Trust, now: Date): EndpointIssue[] {
  const leaf = read(certificateDer);
  if (leaf === null) return [];
  const issues: EndpointIssue[] = [];
  const fault = chainFault(leaf, chainDer.flatMap(known), trust, now);
  if (fault !== null) issues.push({ name: 'untrusted chain', value: fault });
  if (names.length > 0 && !names.some((name) => isFor(leaf, name))) issues.push({ name: 'wrong host name', value: `the certificate is not for ${names.slice(0, 5).join(', ')}` });
  return issues;
}

type Link = Pick<Authority, 'certificate' | 'issuer' | 'fingerprint'>;

/**
 * Why no way through what is presented leads to somebody who is trusted; null when one does. RFC 5280 section 6.1, without revocation and
 * policies. Issuers that are signed by several others, or expired under one of them, have more ways than one (RFC 4158).
 */
function chainFault(leaf: X509Certificate, presented: readonly Authority[], trust: Trust, now: Date): string | null {
  const visited = new Set<string>();
  const budget = { left: maxVerified };
  const faultFrom = (current: Link, length: number): string | null => {
    if (budget.left <= 0) return 'too many certificates of one name are presented';
    if (length > maxLength) return `it has more than ${maxLength} certificates`;
    if (trust.fingerprints.has(current.fingerprint)) return null;
    const signs = (each: Authority) => each.subject === current.issuer && each.fingerprint !== current.fingerprint && isIssuedBy(current, each, budget);
    if ((trust.bySubject.get(current.issuer) ?? []).some(signs)) return null;
    const issuers = presented.filter((each) => each.isCa && !visited.has(each.fingerprint) && signs(each));
    let fault: string | null = null;
    for (const issuer of issuers) {
      visited.add(issuer.fingerprint);
      const isExpired = issuer.validToMs <= now.getTime();
      const found = isExpired ? `the certificate of the issuer ${shown(issuer.subject)} expired on ${new Date(issuer.validToMs).toISOString()}` : faultFrom(issuer, length + 1);
      if (found === null) return null;
      fault ??= found;
    }
    return fault ?? missing(current);
  };
  return faultFrom({ certificate: leaf, issuer: leaf.issuer, fingerprint: hash('sha256', leaf.raw, 'hex') }, 1);
}

const missing = ({ certificate, issuer }: Link): string =>
  certificate.subject === issuer ? `it ends in the self-signed certificate ${shown(issuer)}, which is not trusted` : `the certificate of the issuer ${shown(issuer)} is missing`;

/** By names, key identifiers and usage, and then by the signature. */
function isIssuedBy({ certificate, fingerprint }: Link, { certificate: issuer, fingerprint: issuerPrint, key }: Authority, budget: { left: number }): boolean {
  if (key === null || !certificate.checkIssued(issuer)) return false;
  const pair = `${fingerprint} ${issuerPrint}`;
  const known = signatures.get(pair);
  if (known !== undefined) return known;
  if (budget.left <= 0) return false;
  budget.left -= 1;
  const isSigned = verifies(certificate, key);
  signatures.set(pair, isSigned);
  return isSigned;
}

function verifies(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.verify(key);
  } catch {
    return false;
  }
}

function known(der: Uint8Array): Authority[] {
  const fingerprint = hash('sha256', der, 'hex');
  const kept = authorities.get(fingerprint);
  if (kept !== undefined) return [kept];
  const certificate = read(der);
  if (certificate === null) return [];
  const made = authorityOf(certificate);
  authorities.set(fingerprint, made);
  return [made];
}

function authorityOf(certificate: X509Certificate): Authority {
  const { subject, issuer, ca: isCa, validTo, raw } = certificate;
  return { certificate, subject, issuer, isCa, fingerprint: hash('sha256', raw, 'hex'), key: keyOf(certificate), validToMs: Date.parse(validTo) };
}

function keyOf(certificate: X509Certificate): KeyObject | null {
  try {
    return certificate.publicKey;
  } catch {
    return null;
  }
}

function isFor(leaf: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? leaf.checkHost(name) : leaf.checkIP(name)) !== undefined;
}

function read(der: Uint8Array): X509Certificate | null {
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
}

const shown = (name: string): string => `"${name.replaceAll('\n', ', ').slice(0, 200)}"`;
