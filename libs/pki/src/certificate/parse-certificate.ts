import type { CertificateFacts } from './certificate-facts.js';

/** Reads DER, or a text with exactly one PEM block. Errors: `invalid_argument` for what is no certificate. */
export function parseCertificate(_input: Uint8Array | string): CertificateFacts {
  throw new Error('not built');
}

/** PEM without trailing newline. */
export function certificatePem(_certificate: CertificateFacts | Uint8Array): string {
  throw new Error('not built');
}
