import { hash } from 'node:crypto';
import type { CertificateFacts } from '../certificate/certificate-facts.js';
import { verifySignature, verifySignedBy } from '../certificate/verify-signature.js';
import { nameText } from '../name/name-text.js';
import { parseName } from '../name/name-codec.js';
import { isSameName } from '../name/same-name.js';
import { isOfIssuer, publicKeyBits, type OcspCertId } from './ocsp-cert-id.js';
import type { OcspCertStatus, OcspStatus } from './encode-ocsp-response.js';
import type { OcspBasicResponse, OcspResponse, OcspSingleResponse } from './parse-ocsp-response.js';
import { clockSkewMs } from './revocation-limits.js';
import { ocspOids } from './revocation-oids.js';

export interface OcspExpectation {
  /** Certificate that issued the one asked about. */
  readonly issuer: CertificateFacts;
  /** What was asked; the answer may name it with another hash. */
  readonly certId: OcspCertId;
  readonly at: Date;
  /** Sent with the request: an answer may leave it out (RFC 5019 §2.2.1), but not bring another one. */
  readonly nonce?: Uint8Array | null;
}

/** Who signed: the issuer itself, or one to whom it delegated. */
export type OcspSigner =
  | { readonly by: 'issuer' }
  /** `hasNoCheck`: the CA asks not to look for a revocation of this certificate (RFC 6960 §4.2.2.2.1). */
  | { readonly by: 'delegate'; readonly certificate: CertificateFacts; readonly hasNoCheck: boolean };

export type OcspVerdict =
  | (OcspCertStatus & { readonly thisUpdate: Date; readonly nextUpdate: Date | null; readonly signer: OcspSigner; readonly hasNonce: boolean })
  | { readonly status: 'refused'; readonly kind: OcspFaultKind; readonly detail: string };

export type OcspFaultKind = Exclude<OcspStatus, 'successful'> | 'other_certificate' | 'unsupported' | 'responder' | 'signature' | 'future' | 'stale' | 'nonce';

/**
 * What a response says of one certificate, once it is certain that it may: the answer is about that certificate, signed by its issuer
 * or by a responder that the issuer certified for this (RFC 6960 §4.2.2.2) and whose certificate is valid, and in force at `at`.
 */
export function verifyOcspResponse(response: OcspResponse, expected: OcspExpectation): OcspVerdict {
  if (response.status !== 'successful') return refused(response.status, refusals[response.status]);
  const { basic } = response;
  const single = basic.responses.find(({ certId }) => certId.serial === expected.certId.serial && isOfIssuer(certId, expected.issuer));
  if (single === undefined) return refused('other_certificate', 'the answer is about other certificates than the one that was asked about');
  const [unknown] = [...basic.unknownCritical, ...single.unknownCritical];
  if (unknown !== undefined) return refused('unsupported', `the answer has a critical extension ${unknown}, which is not understood here`);
  const late = freshnessFault(basic, single, expected.at);
  if (late !== null) return late;
  if (expected.nonce && basic.nonce && !basic.nonce.equals(expected.nonce)) return refused('nonce', 'the answer was made for another question (nonce)');
  const signer = signerOf(basic, expected);
  if ('status' in signer) return signer;
  const { certId: _certId, unknownCritical: _none, ...said } = single;
  return { ...said, signer, hasNonce: expected.nonce !== undefined && expected.nonce !== null && basic.nonce !== null };
}

type Refusal = Extract<OcspVerdict, { status: 'refused' }>;

const refused = (kind: OcspFaultKind, detail: string): Refusal => ({ status: 'refused', kind, detail });

const refusals: Readonly<Record<Exclude<OcspStatus, 'successful'>, string>> = {
  malformedRequest: 'the responder does not understand the question (malformedRequest)',
  internalError: 'the responder has a fault of its own (internalError)',
  tryLater: 'the responder asks to come back later (tryLater)',
  sigRequired: 'the responder answers signed questions only (sigRequired)',
  unauthorized: 'the responder does not answer for this certificate (unauthorized)',
};

/** An answer that does not say when the next is due counts as made for the moment (RFC 6960 §2.4). */
const unboundedAnswerMs = 24 * 3_600_000;

function freshnessFault({ producedAt }: OcspBasicResponse, { thisUpdate, nextUpdate }: OcspSingleResponse, at: Date): Refusal | null {
  const latest = Math.max(thisUpdate.getTime(), producedAt.getTime());
  if (latest > at.getTime() + clockSkewMs) return refused('future', `the answer is of ${new Date(latest).toISOString()}, which is yet to come`);
  const end = nextUpdate ?? new Date(thisUpdate.getTime() + unboundedAnswerMs);
  if (end.getTime() + clockSkewMs >= at.getTime()) return null;
  return refused('stale', nextUpdate === null ? `the answer is of ${thisUpdate.toISOString()} and does not say how long it holds` : `the answer was to be replaced at ${nextUpdate.toISOString()}`);
}

function signerOf(basic: OcspBasicResponse, { issuer, at }: OcspExpectation): OcspSigner | Refusal {
  if (basic.signatureAlgorithm.hash === 'md5') return refused('signature', 'the answer is signed with MD5, which proves nothing');
  if (isResponder(basic, issuer)) {
    const fault = signatureFault(basic, issuer);
    if (fault === null) return { by: 'issuer' };
    // A delegate may bear the name of its CA.
    if ('byKey' in basic.responder || basic.certificates.length === 0) return fault;
  }
  let fault = refused('responder', 'the answer is signed neither by the issuer of the certificate nor by a responder whose certificate came along');
  for (const certificate of basic.certificates) {
    if (!isResponder(basic, certificate)) continue;
    const found = delegateFault(certificate, issuer, at) ?? signatureFault(basic, certificate);
    if (found === null) return { by: 'delegate', certificate, hasNoCheck: hasNoCheck(certificate) };
    fault = found;
  }
  return fault;
}

function isResponder({ responder }: OcspBasicResponse, { subjectDer, subject, spki }: CertificateFacts): boolean {
  if ('byKey' in responder) return responder.byKey.equals(hash('sha1', publicKeyBits(spki), 'buffer'));
  return responder.byName.equals(subjectDer) || isNamed(responder.byName, subject);
}

function isNamed(nameDer: Buffer, subject: CertificateFacts['subject']): boolean {
  try {
    return isSameName(parseName(nameDer), subject);
  } catch {
    return false;
  }
}

/** Cheap checks first: a certificate of somebody else costs no signature. */
function delegateFault(certificate: CertificateFacts, issuer: CertificateFacts, at: Date): Refusal | null {
  const { extensions, notBefore, notAfter } = certificate;
  const who = `the responder's certificate "${nameText(certificate.subject)}"`;
  if (!extensions.extendedKeyUsage?.includes(ocspOids.signing)) return refused('responder', `${who} may not answer for its CA (extended key usage OCSPSigning)`);
  if (extensions.keyUsage && !extensions.keyUsage.some((usage) => usage === 'digitalSignature' || usage === 'nonRepudiation')) return refused('responder', `${who} may not sign (key usage)`);
  if (notAfter < at) return refused('responder', `${who} expired at ${notAfter.toISOString()}`);
  if (notBefore.getTime() > at.getTime() + clockSkewMs) return refused('responder', `${who} is not valid before ${notBefore.toISOString()}`);
  const unknown = extensions.custom?.find(({ oid, isCritical }) => isCritical && oid !== ocspOids.noCheck);
  if (unknown) return refused('responder', `${who} has a critical extension ${unknown.oid}, which is not understood here`);
  return verifySignedBy(certificate, issuer) === 'valid' ? null : refused('responder', `${who} was not issued by "${nameText(issuer.subject)}", which issued the certificate`);
}

const hasNoCheck = ({ extensions }: CertificateFacts): boolean => extensions.custom?.some(({ oid }) => oid === ocspOids.noCheck) ?? false;

function signatureFault({ tbs, signature, signatureAlgorithm }: OcspBasicResponse, { spki }: CertificateFacts): Refusal | null {
  const verdict = verifySignature(tbs, signature, signatureAlgorithm, spki);
  if (verdict === 'valid') return null;
  return refused('signature', verdict === 'invalid' ? 'the signature of the answer does not match the key of its responder' : `the answer is signed with ${signatureAlgorithm.name}, which is not checked here`);
}
