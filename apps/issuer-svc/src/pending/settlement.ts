import { isIP } from 'node:net';
import { commonNameOf, completeChain, nameText, orderChain, parseCsr, verifyChain, type CertificateFacts } from '@sifaka/pki';
import type { StoredPending } from './pending-certificate.js';

/** What was asked for. */
export interface Asked {
  csr: Buffer;
  names: readonly string[];
}

/** Why a certificate is not the one that was asked for, in words; null when it is. */
export function settlementFault({ csr, names }: Asked, certificate: CertificateFacts): string | null {
  return keyFault({ csr }, certificate) ?? nameFault(names, certificate);
}

/** CE-8: what is stored as the certificate of a key belongs to that key. */
export function keyFault({ csr }: Pick<Asked, 'csr'>, certificate: CertificateFacts): string | null {
  if (!parseCsr(csr).spki.equals(certificate.spki)) return 'the certificate is for another key than the certificate request';
  return certificate.isCa ? 'the certificate is a CA: basicConstraints says so, and nobody asked for one' : null;
}

/**
 * A renewal that does not outlast the certificate before it would have to be renewed at once, again and again. What comes after its
 * request was given up is no renewal any more once another one was made.
 */
export function renewalFault({ renewal, state }: Pick<StoredPending, 'renewal' | 'state'>, { notAfter }: Pick<CertificateFacts, 'notAfter'>, now: Date): string | null {
  if (renewal === null) return null;
  if (renewal.isReplaced && state === 'failed') return 'it comes late: another certificate has taken the place of the one that it renews';
  return outlastingFault({ notAfter }, renewal.mustOutlast === null ? null : new Date(renewal.mustOutlast), now);
}

/** Why a certificate is none that could take the place of one with that end; null: it could. @param oldEnd null: also one that ends sooner is wanted */
export function outlastingFault({ notAfter }: { notAfter: Date }, oldEnd: Date | null, now: Date): string | null {
  if (notAfter <= now) return `the authority answered with a certificate that ended already, at ${notAfter.toISOString()}`;
  if (oldEnd !== null && notAfter <= oldEnd) return `the authority answered with a certificate that ends at ${notAfter.toISOString()}, no later than the one that it renews`;
  return null;
}

function nameFault(names: readonly string[], { sans }: CertificateFacts): string | null {
  const certified = sans.flatMap((name) => (name.type === 'dns' || name.type === 'ip' ? [name.value.toLowerCase()] : []));
  const missing = names.filter((name) => !certified.some((other) => covers(other, name.toLowerCase())));
  return missing.length === 0 ? null : `the certificate lacks ${missing.slice(0, 5).map((name) => `"${name}"`).join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more names` : ''}`;
}

/** RFC 6125 section 6.4.3: a wildcard stands for one label. */
function covers(certified: string, asked: string): boolean {
  if (certified === asked) return true;
  return certified.startsWith('*.') && isIP(asked) === 0 && !asked.startsWith('*.') && asked.slice(asked.indexOf('.')) === certified.slice(1);
}

/** The issuers of a certificate, nearest first; or why they are not its issuers. */
export type ChainVerdict = { chain: CertificateFacts[] } | { fault: string };

/** A chain as an authority sends it: in order, or in whatever order some send it. */
export function deliveredChain(certificate: CertificateFacts, given: readonly CertificateFacts[]): ChainVerdict {
  const issuers = given.filter(({ fingerprintSha256 }) => fingerprintSha256 !== certificate.fingerprintSha256);
  const broken = issuers.length === 0 ? null : verifyChain([certificate, ...issuers]);
  if (broken === null) return { chain: [...issuers] };
  const ordered = orderChain(certificate, issuers);
  return ordered.length === issuers.length ? { chain: ordered } : { fault: `its chain does not hold: ${broken.detail}` };
}

/**
 * The chain of a certificate that a person brings: up to the authority, by what came along and by what is known of the authority.
 *
 * @param authority its own certificate, then its issuers up to the root
 */
export function chainToAuthority(certificate: CertificateFacts, given: readonly CertificateFacts[], authority: readonly CertificateFacts[]): ChainVerdict {
  const { chain } = completeChain(certificate, [...authority, ...given], []);
  const reachesAuthority = chain.some((issuer) => authority.some((known) => isSameIssuer(issuer, known)));
  if (reachesAuthority) return { chain };
  return { fault: `"${labelOf(certificate)}" was signed by "${issuerName(certificate)}", the certificate of the authority is "${authority[0] === undefined ? '' : labelOf(authority[0])}"` };
}

/** Cross-signed: another certificate of the same name and key stands for the same issuer. */
const isSameIssuer = (a: CertificateFacts, b: CertificateFacts): boolean =>
  a.fingerprintSha256 === b.fingerprintSha256 || (a.subjectDer.equals(b.subjectDer) && a.spki.equals(b.spki));

const labelOf = ({ cn, sans, serialHex }: CertificateFacts): string => cn ?? sans.flatMap((name) => (name.type === 'dns' ? [name.value] : []))[0] ?? serialHex;

function issuerName({ issuer }: CertificateFacts): string {
  return commonNameOf(issuer) ?? nameText(issuer);
}
