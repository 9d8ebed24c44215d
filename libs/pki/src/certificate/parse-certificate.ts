import { hash } from 'node:crypto';
import { decodeInteger, readOnly, type DerReader } from '../der/der-reader.js';
import { derFrom, encodePem } from '../der/pem.js';
import { contextPrimitive, tags } from '../der/tag.js';
import { parseExtensions, type ParsedExtensions } from '../extension/extension-parser.js';
import { malformed } from '../invalid.js';
import { describeKey } from '../key-type/public-key.js';
import { commonNameOf } from '../name/name.js';
import { parseName } from '../name/name-codec.js';
import type { CertificateFacts } from './certificate-facts.js';
import { serialHex } from './serial.js';
import { parseSignatureAlgorithm } from './signature-algorithm.js';
import { verifySignature } from './verify-signature.js';

/** Reads DER, or a text with exactly one PEM block. Errors: `invalid_argument` for what is no certificate. */
export function parseCertificate(input: Uint8Array | string): CertificateFacts {
  const der = derFrom(input, 'CERTIFICATE', 'X509 CERTIFICATE');
  const outer = readOnly(der);
  const tbs = outer.next();
  if (tbs.tag !== tags.sequence) throw malformed('the value is not a certificate: its first element is no SEQUENCE');
  const algorithmDer = outer.read(tags.sequence).raw;
  const signature = outer.bitString();
  outer.finish();
  const body = parseTbs(outer.into(tbs), algorithmDer);
  return withSelfSignedCheck({
    der,
    tbs: tbs.raw,
    signature,
    signatureAlgorithm: parseSignatureAlgorithm(algorithmDer),
    ...body,
    fingerprintSha256: hash('sha256', der, 'hex'),
  });
}

/** PEM without trailing newline. */
export function certificatePem(certificate: CertificateFacts | Uint8Array): string {
  return encodePem('CERTIFICATE', certificate instanceof Uint8Array ? certificate : certificate.der);
}

type Unchecked = Omit<CertificateFacts, 'isSelfSigned'>;
type Body = Omit<Unchecked, 'der' | 'tbs' | 'signature' | 'signatureAlgorithm' | 'fingerprintSha256'>;

function parseTbs(tbs: DerReader, outerAlgorithm: Buffer): Body {
  const version = readVersion(tbs);
  const serial = decodeInteger(tbs.read(tags.integer).content);
  const algorithm = tbs.read(tags.sequence).raw;
  if (!algorithm.equals(outerAlgorithm)) throw malformed('the certificate names two different signature algorithms');
  const issuerDer = tbs.read(tags.sequence).raw;
  const validity = tbs.enter();
  const notBefore = validity.time();
  const notAfter = validity.time();
  const subjectDer = tbs.read(tags.sequence).raw;
  const spki = tbs.read(tags.sequence).raw;
  tbs.optional(contextPrimitive(1));
  tbs.optional(contextPrimitive(2));
  const { extensions, undecodable } = readExtensions(tbs);
  const key = describeKey(spki);
  const subject = parseName(subjectDer);
  return {
    version,
    serial,
    serialHex: serialHex(serial),
    notBefore,
    notAfter,
    subject,
    subjectDer,
    issuer: parseName(issuerDer),
    issuerDer,
    cn: commonNameOf(subject),
    sans: extensions.subjectAltNames ?? [],
    spki,
    keyType: key.type,
    bits: key.bits,
    extensions,
    undecodableExtensions: undecodable,
    isCa: extensions.basicConstraints?.isCa ?? false,
    pathLength: extensions.basicConstraints?.pathLength ?? null,
    subjectKeyId: bufferOrNull(extensions.subjectKeyId),
    authorityKeyId: bufferOrNull(extensions.authorityKeyId?.keyId),
  };
}

function readVersion(tbs: DerReader): 1 | 2 | 3 {
  const number = tbs.explicit(0)?.smallInteger(2) ?? 0;
  return number === 0 ? 1 : number === 1 ? 2 : 3;
}

function readExtensions(tbs: DerReader): ParsedExtensions {
  const wrapper = tbs.explicit(3);
  tbs.finish();
  return wrapper ? parseExtensions(wrapper) : { extensions: {}, undecodable: [] };
}

function bufferOrNull(bytes: Uint8Array | undefined): Buffer | null {
  return bytes === undefined ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The signature check costs ten times the parsing, so it is made when it is first asked for. */
function withSelfSignedCheck(facts: Unchecked): CertificateFacts {
  let isSelfSigned: boolean | undefined;
  return Object.defineProperty({ ...facts, isSelfSigned: false }, 'isSelfSigned', {
    enumerable: true,
    get: () => (isSelfSigned ??= checkSelfSigned(facts)),
  });
}

function checkSelfSigned({ subjectDer, issuerDer, tbs, signature, signatureAlgorithm, spki }: Unchecked): boolean {
  return subjectDer.equals(issuerDer) && verifySignature(tbs, signature, signatureAlgorithm, spki) !== 'invalid';
}
