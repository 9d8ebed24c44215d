import { bitString, explicit, integer, sequence, time } from '../der/der-writer.js';
import { encodeExtensions } from '../extension/extension-encoder.js';
import type { Extensions } from '../extension/extensions.js';
import { invalidField } from '../invalid.js';
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
export function encodeTbsCertificate(input: TbsInput): Buffer {
  return sequence(
    explicit(0, integer(2)),
    encodeSerial(input.serial),
    input.signatureAlgorithm.der,
    input.issuerDer,
    sequence(time(input.notBefore), time(input.notAfter)),
    input.subjectDer,
    input.spki,
    explicit(3, encodeExtensions(input.extensions, { hasSubject: hasSubject(input.subjectDer) })),
  );
}

/** DER Certificate from its parts. ECDSA signatures are DER (node's default). */
export function assembleCertificate(tbs: Uint8Array, algorithm: SignatureAlgorithm, signature: Uint8Array): Buffer {
  return sequence(tbs, algorithm.der, bitString(signature));
}

/** DER INTEGER of a serial number. Errors: `invalid_argument` unless it is positive and at most 20 octets long (RFC 5280 §4.1.2.2). */
export function encodeSerial(serial: bigint): Buffer {
  if (serial <= 0n || serial > maxSerial) throw invalidField('serial', 'must be positive and at most 20 octets long (RFC 5280 §4.1.2.2)');
  return integer(serial);
}

const maxSerial = (1n << 159n) - 1n;

/** Whether a DER Name holds anything: the empty one is two octets. */
export const hasSubject = (subjectDer: Uint8Array): boolean => subjectDer.length > 2;
