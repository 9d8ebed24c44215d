import type { SignatureAlgorithm } from '../certificate/signature-algorithm.js';
import type { SignatureVerdict } from '../certificate/verify-signature.js';
import type { Extensions, GeneralName } from '../extension/extensions.js';
import type { Name } from '../name/name.js';

/** Everything read from one PKCS#10 request (RFC 2986). */
export interface CsrFacts {
  readonly der: Buffer;
  /** DER CertificationRequestInfo: what is signed. */
  readonly info: Buffer;
  readonly signature: Buffer;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly subject: Name;
  readonly subjectDer: Buffer;
  readonly cn: string | null;
  readonly sans: readonly GeneralName[];
  readonly spki: Buffer;
  readonly keyType: string | null;
  readonly bits: number;
  /** From the extensionRequest attribute. */
  readonly extensions: Extensions;
  readonly undecodableExtensions: readonly string[];
}

export interface CsrInfoInput {
  readonly subjectDer: Uint8Array;
  readonly spki: Uint8Array;
  /** DER `Extensions`; none: no extensionRequest attribute. */
  readonly extensionsDer?: Uint8Array;
}

/** Reads DER, or a text with exactly one PEM block. Errors: `invalid_argument`. */
export function parseCsr(_input: Uint8Array | string): CsrFacts {
  throw new Error('not built');
}

/** Proof of possession: the request is signed with its own key. */
export function verifyCsr(_csr: CsrFacts): SignatureVerdict {
  throw new Error('not built');
}

/** DER CertificationRequestInfo. */
export function encodeCsrInfo(_input: CsrInfoInput): Buffer {
  throw new Error('not built');
}

/** DER CertificationRequest. */
export function assembleCsr(_info: Uint8Array, _algorithm: SignatureAlgorithm, _signature: Uint8Array): Buffer {
  throw new Error('not built');
}

/** PEM without trailing newline. */
export function csrPem(_der: Uint8Array): string {
  throw new Error('not built');
}

/**
 * DER `Extensions` for a generated request: basicConstraints, SAN and keyUsage critical, SKI and EKU not; nothing else
 * belongs in one; no SAN when the list is empty.
 */
export function encodeCsrExtensions(_extensions: Extensions): Buffer {
  throw new Error('not built');
}
