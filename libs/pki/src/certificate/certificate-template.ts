import type { Extensions, GeneralName } from '../extension/extensions.js';
import type { SignatureAlgorithm } from './signature-algorithm.js';

/** What all certificates of one authority and profile share. */
export interface TemplateInput {
  /** DER Name: the subject of the issuing certificate. */
  readonly issuerDer: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** Fixed extensions, authority key identifier included; SAN and SKI come per certificate. */
  readonly extensions: Omit<Extensions, 'subjectAltNames' | 'subjectKeyId'>;
}

/** What differs from certificate to certificate. */
export interface TemplateValues {
  readonly serial: bigint;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subjectDer: Uint8Array;
  readonly spki: Uint8Array;
  readonly sans?: readonly GeneralName[];
  /** Further extensions of this one certificate, each an encoded `Extension` (`encodeExtensionList`). */
  readonly extraExtensions?: readonly Uint8Array[];
}

export interface CertificateTemplate {
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** DER TBSCertificate. The SKI of `spki` is always added. */
  encode(values: TemplateValues): Buffer;
}

/** Encodes the shared parts once; `encode` only joins (the hot path of issuance). */
export function certificateTemplate(_input: TemplateInput): CertificateTemplate {
  throw new Error('not built');
}
