import type { CertificateFacts } from '../certificate/certificate-facts.js';
import { verifySignature, verifySignatureAside, type SignatureVerdict } from '../certificate/verify-signature.js';
import { nameText } from '../name/name-text.js';
import { isSameName } from '../name/same-name.js';
import type { CrlEntry } from './crl-entries.js';
import type { CrlFacts } from './parse-crl.js';
import { clockSkewMs } from './revocation-limits.js';

/** Why a list must not be relied upon, in words. */
export interface CrlFault {
  readonly kind: 'issuer' | 'unsupported' | 'signature' | 'future' | 'stale' | 'scope' | 'gap';
  readonly detail: string;
}

/**
 * Whether `issuer` signed the list, may sign lists, and the list is in force at `at`; cheap checks first. `null` for a list that holds.
 * Indirect lists and lists with critical extensions that are not understood here never hold.
 */
export function verifyCrl(crl: CrlFacts, issuer: CertificateFacts, { at }: { at: Date }): CrlFault | null {
  return issuerFault(crl, issuer) ?? formFault(crl) ?? crlFreshnessFault(crl, at) ?? signatureFault(crl, issuer);
}

/** As `verifyCrl`, with the signature checked beside the event loop: that of a long list takes as long as reading it. */
export async function verifyCrlAside(crl: CrlFacts, issuer: CertificateFacts, { at }: { at: Date }): Promise<CrlFault | null> {
  const fault = issuerFault(crl, issuer) ?? formFault(crl) ?? crlFreshnessFault(crl, at) ?? digestFault(crl);
  if (fault !== null) return fault;
  return verdictFault(crl, await verifySignatureAside(crl.tbs, crl.signature, crl.signatureAlgorithm, issuer.spki));
}

/** Whether a list is in force; `null` when it is. Five minutes are given to clocks that differ. */
export function crlFreshnessFault({ thisUpdate, nextUpdate }: CrlFacts, at: Date): CrlFault | null {
  if (thisUpdate.getTime() > at.getTime() + clockSkewMs) return { kind: 'future', detail: `the CRL is of ${thisUpdate.toISOString()}, which is yet to come` };
  if (nextUpdate === null) return { kind: 'stale', detail: 'the CRL does not say when the next one is due (RFC 5280 §5.1.2.5)' };
  return nextUpdate.getTime() + clockSkewMs < at.getTime() ? { kind: 'stale', detail: `the CRL was to be replaced at ${nextUpdate.toISOString()}` } : null;
}

function issuerFault(crl: CrlFacts, issuer: CertificateFacts): CrlFault | null {
  if (!crl.issuerDer.equals(issuer.subjectDer) && !isSameName(crl.issuer, issuer.subject)) {
    return { kind: 'issuer', detail: `the CRL is one of "${nameText(crl.issuer)}", the certificate was issued by "${nameText(issuer.subject)}"` };
  }
  if (crl.authorityKeyId && issuer.subjectKeyId && !crl.authorityKeyId.equals(issuer.subjectKeyId)) {
    return { kind: 'issuer', detail: 'the CRL names another key of its issuer (authority key identifier)' };
  }
  if (issuer.extensions.keyUsage && !issuer.extensions.keyUsage.includes('crlSign')) {
    return { kind: 'issuer', detail: `the key of "${nameText(issuer.subject)}" may not sign CRLs (key usage)` };
  }
  return null;
}

function formFault({ scope, entries, unknownCritical }: CrlFacts): CrlFault | null {
  if (scope?.isIndirect === true || entries.hasOtherIssuers) return { kind: 'unsupported', detail: 'the CRL is an indirect one: it lists certificates of several issuers, which is not read here' };
  const [unknown] = [...unknownCritical, ...entries.unknownCritical];
  return unknown === undefined ? null : { kind: 'unsupported', detail: `the CRL has a critical extension ${unknown}, which is not understood here` };
}

function signatureFault(crl: CrlFacts, issuer: CertificateFacts): CrlFault | null {
  return digestFault(crl) ?? verdictFault(crl, verifySignature(crl.tbs, crl.signature, crl.signatureAlgorithm, issuer.spki));
}

const digestFault = ({ signatureAlgorithm }: CrlFacts): CrlFault | null => (signatureAlgorithm.hash === 'md5' ? { kind: 'signature', detail: 'the CRL is signed with MD5, which proves nothing' } : null);

function verdictFault({ signatureAlgorithm }: CrlFacts, verdict: SignatureVerdict): CrlFault | null {
  if (verdict === 'valid') return null;
  const why = verdict === 'invalid' ? 'does not match the key of its issuer' : `is made with ${signatureAlgorithm.name}, which is not checked here`;
  return { kind: 'signature', detail: `the signature of the CRL ${why}` };
}

/**
 * Whether a list that holds is about a certificate (RFC 5280 §6.3.3 (b)); `null` when it is. A list that is limited to some reasons is:
 * what it lists is revoked, but see `answersForAllReasons`.
 */
export function crlScopeFault({ scope }: Pick<CrlFacts, 'scope'>, certificate: CertificateFacts): CrlFault | null {
  if (scope === null) return null;
  const fault = (detail: string): CrlFault => ({ kind: 'scope', detail });
  if (scope.only === 'attribute') return fault('the CRL is about attribute certificates only');
  if (scope.only === 'user' && certificate.isCa) return fault('the CRL is about certificates of end entities only');
  if (scope.only === 'ca' && !certificate.isCa) return fault('the CRL is about certificates of authorities only');
  if (scope.urls.length === 0) return scope.hasOtherNames ? fault('the CRL names its distribution point in a way that is not read here') : null;
  const points = certificate.extensions.crlDistributionPoints ?? [];
  return scope.urls.some((url) => points.includes(url)) ? null : fault(`the CRL belongs to the distribution point ${scope.urls[0] ?? ''}, which the certificate does not name`);
}

/** Whether not being listed means not being revoked. */
export const answersForAllReasons = ({ scope }: Pick<CrlFacts, 'scope'>): boolean => scope?.hasSomeReasonsOnly !== true;

/** What says which lists belong together. */
export type CrlIdentity = Pick<CrlFacts, 'number' | 'baseNumber' | 'scope'>;

/** Whether a delta that holds may be added to a full list that holds (RFC 5280 §5.2.4); `null` when it may. */
export function deltaFault(full: CrlIdentity, delta: CrlIdentity): CrlFault | null {
  const fault = (detail: string): CrlFault => ({ kind: 'gap', detail });
  if (full.baseNumber !== null) return fault('what should be a full CRL is a delta');
  if (delta.baseNumber === null || delta.number === null) return fault('what should be a delta CRL has no delta CRL indicator, or no number');
  if (full.number === null) return fault('the full CRL has no number, so nothing says which deltas belong to it');
  if (full.number < delta.baseNumber) return fault(`the delta adds to CRL ${delta.baseNumber} and later, the full one at hand is ${full.number}`);
  if (delta.number < full.number) return fault(`the delta, number ${delta.number}, is older than the full CRL, number ${full.number}`);
  return isSameScope(full, delta) ? null : fault('the delta is about other certificates than the full CRL');
}

function isSameScope(full: CrlIdentity, delta: CrlIdentity): boolean {
  const [a, b] = [full.scope, delta.scope];
  if (a === null || b === null) return a === b;
  return a.only === b.only && a.hasSomeReasonsOnly === b.hasSomeReasonsOnly && a.urls.length === b.urls.length && a.urls.every((url) => b.urls.includes(url));
}

/**
 * The entry that counts for a serial number, `null` when the certificate is not revoked. What the delta says comes first; its
 * `removeFromCRL` takes a certificate off the list, and so it does, against RFC 5280, in a full one.
 */
export function revokedEntry(serial: bigint, full: CrlFacts, delta: CrlFacts | null = null): CrlEntry | null {
  const entry = delta?.entries.find(serial) ?? full.entries.find(serial);
  return entry === null || entry.reason === 'removeFromCRL' ? null : entry;
}
