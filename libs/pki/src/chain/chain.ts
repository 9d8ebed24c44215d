import type { CertificateFacts } from '../certificate/certificate-facts.js';

/** PEM texts of the certificates in order, each without trailing newline. Errors: `invalid_argument`. */
export function splitPemChain(_pem: string): string[] {
  throw new Error('not built');
}

/** Parsed certificates of a PEM text in order; at most `limits.chainLength`. Errors: `invalid_argument`. */
export function parsePemChain(_pem: string): CertificateFacts[] {
  throw new Error('not built');
}

/** The text form of a chain: PEM blocks joined by one newline; `null` for none. */
export function chainPem(_chain: readonly CertificateFacts[]): string | null {
  throw new Error('not built');
}

/** Issuers of `leaf` out of `pool`, nearest first, up to a self-signed one or where the pool ends. */
export function orderChain(_leaf: CertificateFacts, _pool: readonly CertificateFacts[]): CertificateFacts[] {
  throw new Error('not built');
}

/** `orderChain` over the given chain and known authorities; `isComplete` when it ends in a self-signed certificate. */
export function completeChain(
  _leaf: CertificateFacts,
  _given: readonly CertificateFacts[],
  _known: readonly CertificateFacts[],
): { chain: CertificateFacts[]; isComplete: boolean } {
  throw new Error('not built');
}

/** First link that does not hold: `certificates[index]` is not signed by `certificates[index + 1]`. */
export interface BrokenLink {
  readonly index: number;
  readonly detail: string;
}

/** Each certificate signed by the next; unsupported algorithms are skipped. `null` when all links hold. */
export function verifyChain(_certificates: readonly CertificateFacts[]): BrokenLink | null {
  throw new Error('not built');
}
