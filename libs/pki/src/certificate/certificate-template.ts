import { hash } from 'node:crypto';
import { readOnly } from '../der/der-reader.js';
import { headerSize, octetString, writeHeader } from '../der/der-writer.js';
import { encodeTime } from '../der/der-time.js';
import { contextConstructed, tags } from '../der/tag.js';
import { encodeExtension, encodeExtensionList, subjectAltNamesExtension } from '../extension/extension-encoder.js';
import type { Extensions, GeneralName } from '../extension/extensions.js';
import { extensionOids } from '../extension/oids.js';
import { encodeSerial, hasSubject } from './encode-certificate.js';
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
export function certificateTemplate({ issuerDer, signatureAlgorithm, extensions }: TemplateInput): CertificateTemplate {
  const algorithmAndIssuer = Buffer.concat([signatureAlgorithm.der, issuerDer]);
  const fixedExtensions = Buffer.concat(encodeExtensionList(extensions, { hasSubject: true }));
  return { signatureAlgorithm, encode: (values) => encode(algorithmAndIssuer, fixedExtensions, values) };
}

const version3 = Buffer.from('a003020102', 'hex');
const keyIdentifierBytes = 20;
const subjectKeyIdPrefix = encodeExtension(extensionOids.subjectKeyId, false, octetString(Buffer.alloc(keyIdentifierBytes))).subarray(0, -keyIdentifierBytes);

function encode(algorithmAndIssuer: Buffer, fixedExtensions: Buffer, values: TemplateValues): Buffer {
  const { subjectDer, spki, sans, extraExtensions = [] } = values;
  const serial = encodeSerial(values.serial);
  const notBefore = encodeTime(values.notBefore);
  const notAfter = encodeTime(values.notAfter);
  const keyId = subjectKeyId(spki);
  const ownExtensions = sans && sans.length > 0 ? [subjectAltNamesExtension(sans, !hasSubject(subjectDer)), ...extraExtensions] : extraExtensions;

  const validityLength = notBefore.length + notAfter.length;
  let extensionsLength = fixedExtensions.length + subjectKeyIdPrefix.length + keyId.length;
  for (const extension of ownExtensions) extensionsLength += extension.length;
  const listLength = headerSize(extensionsLength) + extensionsLength;
  const length =
    version3.length + serial.length + algorithmAndIssuer.length + headerSize(validityLength) + validityLength + subjectDer.length + spki.length + headerSize(listLength) + listLength;

  const out = Buffer.allocUnsafe(headerSize(length) + length);
  let offset = writeHeader(out, 0, tags.sequence, length);
  const append = (part: Uint8Array): void => {
    out.set(part, offset);
    offset += part.length;
  };
  append(version3);
  append(serial);
  append(algorithmAndIssuer);
  offset = writeHeader(out, offset, tags.sequence, validityLength);
  append(notBefore);
  append(notAfter);
  append(subjectDer);
  append(spki);
  offset = writeHeader(out, offset, contextConstructed(3), listLength);
  offset = writeHeader(out, offset, tags.sequence, extensionsLength);
  append(fixedExtensions);
  append(subjectKeyIdPrefix);
  append(keyId);
  for (const extension of ownExtensions) append(extension);
  return out;
}

function subjectKeyId(spki: Uint8Array): Buffer {
  const reader = readOnly(spki);
  reader.next();
  return hash('sha1', reader.bitString(), 'buffer');
}
