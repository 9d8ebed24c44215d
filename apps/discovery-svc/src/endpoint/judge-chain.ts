import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { EndpointIssue } from '@sifaka/contracts';

/** Certificates that clients trust, by the name that stands as issuer in what they signed. */
export interface Trust {
  readonly bySubject: ReadonlyMap<string, readonly X509Certificate[]>;
}

/** Longer chains are no chains. */
const maxLength = 10;

export function trustOf(anchors: readonly X509Certificate[]): Trust {
  const bySubject = new Map<string, X509Certificate[]>();
  for (const anchor of anchors) bySubject.set(anchor.subject, [...(bySubject.get(anchor.subject) ?? []), anchor]);
  return { bySubject };
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
  const fault = chainFault(leaf, chainDer.flatMap((der) => read(der) ?? []), trust, now);
  if (fault !== null) issues.push({ name: 'untrusted chain', value: fault });
  if (names.length > 0 && !names.some((name) => isFor(leaf, name))) issues.push({ name: 'wrong host name', value: `the certificate is not for ${names.slice(0, 5).join(', ')}` });
  return issues;
}

/** Why the chain leads to nobody who is trusted; null when it does. RFC 5280 section 6.1, without revocation and policies. */
export function chainFault(leaf: X509Certificate, presented: readonly X509Certificate[], trust: Trust, now: Date): string | null {
  let current = leaf;
  for (let length = 0; length < maxLength; length++) {
    const roots = trust.bySubject.get(current.subject) ?? [];
    if (roots.some(({ fingerprint256 }) => fingerprint256 === current.fingerprint256)) return null;
    if ((trust.bySubject.get(current.issuer) ?? []).some((anchor) => isIssuedBy(current, anchor))) return null;
    const issuer = presented.find((each) => each.ca && each.fingerprint256 !== current.fingerprint256 && isIssuedBy(current, each));
    if (issuer === undefined) return current.issuer === current.subject ? `it ends in the self-signed certificate ${shown(current.subject)}, which is not trusted` : `the certificate of the issuer ${shown(current.issuer)} is missing`;
    if (Date.parse(issuer.validTo) <= now.getTime()) return `the certificate of the issuer ${shown(issuer.subject)} expired on ${issuer.validTo}`;
    current = issuer;
  }
  return `it has more than ${maxLength} certificates`;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // A key of a kind that cannot be used.
    return false;
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
