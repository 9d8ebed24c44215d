import type { Extensions } from '../extension/extensions.js';
import type { SignatureAlgorithm } from './signature-algorithm.js';

export interface TbsInput {
  /** Positive, at most 20 octets. */
  readonly serial: bigint;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly issuerDer: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subjectDer: Uint8Array;
  readonly spki: Uint8Array;
  readonly extensions: Extensions;
}

/** DER TBSCertificate, version 3. */
export function encodeTbsCertificate(_input: TbsInput): Buffer {
  throw new Error('not built');
}

/** DER Certificate from its parts. ECDSA signatures are DER (node's default). */
export function assembleCertificate(_tbs: Uint8Array, _algorithm: SignatureAlgorithm, _signature: Uint8Array): Buffer {
  throw new Error('not built');
}
