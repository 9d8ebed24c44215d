import type { Extensions, GeneralName } from '../extension/extensions.js';
import type { Name } from '../name/name.js';
import type { SignatureAlgorithm } from './signature-algorithm.js';

/** Everything read from one certificate. Byte fields are views into `der`. */
export interface CertificateFacts {
  readonly der: Buffer;
  readonly tbs: Buffer;
  readonly signature: Buffer;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly version: 1 | 2 | 3;
  readonly serial: bigint;
  /** Upper case, without prefix or padding. */
  readonly serialHex: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subject: Name;
  readonly subjectDer: Buffer;
  readonly issuer: Name;
  readonly issuerDer: Buffer;
  /** First common name of the subject, trimmed. */
  readonly cn: string | null;
  readonly sans: readonly GeneralName[];
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Buffer;
  /** As `KeyFacts.type`. */
  readonly keyType: string | null;
  readonly bits: number;
  readonly extensions: Extensions;
  /** Extensions that are there but could not be decoded. */
  readonly undecodableExtensions: readonly string[];
  readonly isCa: boolean;
  readonly pathLength: number | null;
  /** Subject and issuer are equal and the signature is its own. */
  readonly isSelfSigned: boolean;
  readonly subjectKeyId: Buffer | null;
  readonly authorityKeyId: Buffer | null;
  /** Lower-case hex of the SHA-256 of `der`. */
  readonly fingerprintSha256: string;
}
