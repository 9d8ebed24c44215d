import type { CertificateFacts } from './certificate-facts.js';
import type { SignatureAlgorithm } from './signature-algorithm.js';

/** `unsupported`: the algorithm or key is not one that the running OpenSSL checks. */
export type SignatureVerdict = 'valid' | 'invalid' | 'unsupported';

/** Whether `issuer` signed `certificate`: names first (cheap), then algorithm and key, then the signature. */
export function verifySignedBy(_certificate: CertificateFacts, _issuer: CertificateFacts): SignatureVerdict {
  throw new Error('not built');
}

/** Checks a signature over `data` with a DER SubjectPublicKeyInfo. */
export function verifySignature(_data: Uint8Array, _signature: Uint8Array, _algorithm: SignatureAlgorithm, _spki: Uint8Array): SignatureVerdict {
  throw new Error('not built');
}
