import { parseSignatureAlgorithm, type SignatureAlgorithm } from '../certificate/signature-algorithm.js';
import { verifySignature, type SignatureVerdict } from '../certificate/verify-signature.js';
import { readOnly, type DerReader } from '../der/der-reader.js';
import { bitString, explicit, integer, oid, sequence, sequenceOf, setOf } from '../der/der-writer.js';
import { derFrom, encodePem } from '../der/pem.js';
import { contextConstructed, tags } from '../der/tag.js';
import { encodeExtensionList, subjectAltNamesExtension } from '../extension/extension-encoder.js';
import { parseExtensions, type ParsedExtensions } from '../extension/extension-parser.js';
import type { Extensions, GeneralName } from '../extension/extensions.js';
import { malformed } from '../invalid.js';
import { describeKey } from '../key-type/public-key.js';
import { commonNameOf, type Name } from '../name/name.js';
import { parseName } from '../name/name-codec.js';

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
export function parseCsr(input: Uint8Array | string): CsrFacts {
  const der = derFrom(input, 'CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST');
  const outer = readOnly(der);
  const info = outer.read(tags.sequence);
  const signatureAlgorithm = parseSignatureAlgorithm(outer.read(tags.sequence).raw);
  const signature = outer.bitString();
  outer.finish();

  const reader = outer.into(info);
  reader.smallInteger(2);
  const subjectDer = reader.read(tags.sequence).raw;
  const spki = reader.read(tags.sequence).raw;
  const { extensions, undecodable } = requestedExtensions(reader.enterOptional(contextConstructed(0)));
  reader.finish();
  const key = describeKey(spki);
  const subject = parseName(subjectDer);
  return {
    der,
    info: info.raw,
    signature,
    signatureAlgorithm,
    subject,
    subjectDer,
    cn: commonNameOf(subject),
    sans: extensions.subjectAltNames ?? [],
    spki,
    keyType: key.type,
    bits: key.bits,
    extensions,
    undecodableExtensions: undecodable,
  };
}

/** Proof of possession: the request is signed with its own key. */
export function verifyCsr({ info, signature, signatureAlgorithm, spki }: CsrFacts): SignatureVerdict {
  return verifySignature(info, signature, signatureAlgorithm, spki);
}

/** DER CertificationRequestInfo. */
export function encodeCsrInfo({ subjectDer, spki, extensionsDer }: CsrInfoInput): Buffer {
  const attributes = extensionsDer === undefined ? [] : [sequence(oid(extensionRequestOid), setOf([extensionsDer]))];
  return sequence(integer(0), subjectDer, spki, explicit(0, ...attributes));
}

/** DER CertificationRequest. */
export function assembleCsr(info: Uint8Array, algorithm: SignatureAlgorithm, signature: Uint8Array): Buffer {
  return sequence(info, algorithm.der, bitString(signature));
}

/** PEM without trailing newline. */
export function csrPem(der: Uint8Array): string {
  return encodePem('CERTIFICATE REQUEST', der);
}

/**
 * DER `Extensions` for a generated request: basicConstraints, SAN and keyUsage critical, SKI and EKU not; nothing else
 * belongs in one; no SAN when the list is empty.
 */
export function encodeCsrExtensions({ basicConstraints, keyUsage, extendedKeyUsage, subjectAltNames, subjectKeyId }: Extensions): Buffer {
  const list = encodeExtensionList(
    {
      ...(basicConstraints && { basicConstraints }),
      ...(keyUsage && { keyUsage }),
      ...(extendedKeyUsage && { extendedKeyUsage }),
      ...(subjectKeyId && { subjectKeyId }),
    },
    { hasSubject: true },
  );
  if (subjectAltNames?.length) list.push(subjectAltNamesExtension(subjectAltNames, true));
  return sequenceOf(list);
}

const extensionRequestOid = '1.2.840.113549.1.9.14';

function requestedExtensions(attributes: DerReader | undefined): ParsedExtensions {
  let found: ParsedExtensions | undefined;
  while (attributes && !attributes.isAtEnd) {
    const attribute = attributes.enter();
    const type = attribute.oid();
    const values = attribute.enter(tags.set);
    if (type !== extensionRequestOid) continue;
    if (found) throw malformed('the request carries two lists of extensions');
    found = parseExtensions(values);
  }
  return found ?? { extensions: {}, undecodable: [] };
}
