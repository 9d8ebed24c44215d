import { DerReader } from '../der/der-reader.js';
import { nullValue, oid, sequence } from '../der/der-writer.js';
import { contextConstructed } from '../der/tag.js';
import { invalidField, shown } from '../invalid.js';

export type HashName = 'sha256' | 'sha384' | 'sha512';

/** An AlgorithmIdentifier with what is needed to make or check the signature. */
export interface SignatureAlgorithm {
  /** For example `sha256WithRSAEncryption`, `ecdsa-with-SHA384`, `rsassaPss`, `ed25519`; the OID when unknown. */
  readonly name: string;
  readonly oid: string;
  /** DER AlgorithmIdentifier. */
  readonly der: Buffer;
  readonly family: 'rsa' | 'rsa-pss' | 'ecdsa' | 'dsa' | 'ed25519' | 'ed448' | 'other';
  /** Hash name such as `sha256`; `null` when the algorithm has none of its own (Ed25519) or is unknown. */
  readonly hash: string | null;
  /** Digest argument for `sign(digest, …)` of node:crypto; `null` for Ed25519. */
  readonly digest: string | null;
  /** For RSASSA-PSS: bytes of salt, and the hash of MGF1. */
  readonly pss?: { readonly saltLength: number; readonly mgfHash: string };
}

/** As strong as the key: SHA-384 with P-384, SHA-512 with P-521, SHA-256 with the others. */
export function hashForKeyType(keyType: string): HashName {
  if (keyType === 'ECCSECP384R1') return 'sha384';
  return keyType === 'ECCSECP521R1' ? 'sha512' : 'sha256';
}

/**
 * Signature algorithm of a CA key: RSA PKCS#1 v1.5, ECDSA (DER signature, node's default `dsaEncoding`), or Ed25519 whatever the hash.
 * Errors: `invalid_argument` for key types that cannot sign here.
 */
export function signatureAlgorithmFor(keyType: string, hash: HashName = 'sha256'): SignatureAlgorithm {
  const family = /^RSA\d+$/.test(keyType) ? 'rsa' : keyType.startsWith('ECC') ? 'ecdsa' : keyType === 'ED25519' ? 'ed25519' : null;
  const found = signing.find((algorithm) => algorithm.family === family && (family === 'ed25519' || algorithm.hash === hash));
  if (!found) throw invalidField('keyType', `a key of type ${shown(keyType)} cannot sign certificates with ${hash}`);
  return found;
}

/** Reads an AlgorithmIdentifier; unknown ones come back with `family: 'other'`. Errors: `invalid_argument` for malformed DER. */
export function parseSignatureAlgorithm(der: Buffer): SignatureAlgorithm {
  // Nearly every certificate carries one of nine byte strings.
  const known = signing.find((algorithm) => algorithm.der.equals(der));
  if (known) return known;
  const reader = DerReader.over(der).enter();
  const dotted = reader.oid();
  if (dotted === pssOid) return parsePss(der, reader);
  const entry = table.find(([algorithmOid]) => algorithmOid === dotted);
  if (!entry) return { name: dotted, oid: dotted, der, family: 'other', hash: null, digest: null };
  const [, name, family, hash] = entry;
  return { name, oid: dotted, der, family, hash, digest: hash };
}

const pssOid = '1.2.840.113549.1.1.10';

const table: readonly (readonly [string, string, SignatureAlgorithm['family'], string | null])[] = [
  ['1.2.840.113549.1.1.11', 'sha256WithRSAEncryption', 'rsa', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384WithRSAEncryption', 'rsa', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512WithRSAEncryption', 'rsa', 'sha512'],
  ['1.2.840.10045.4.3.2', 'ecdsa-with-SHA256', 'ecdsa', 'sha256'],
  ['1.2.840.10045.4.3.3', 'ecdsa-with-SHA384', 'ecdsa', 'sha384'],
  ['1.2.840.10045.4.3.4', 'ecdsa-with-SHA512', 'ecdsa', 'sha512'],
  ['1.3.101.112', 'ed25519', 'ed25519', null],
  ['1.3.101.113', 'ed448', 'ed448', null],
  ['1.2.840.113549.1.1.4', 'md5WithRSAEncryption', 'rsa', 'md5'],
  ['1.2.840.113549.1.1.5', 'sha1WithRSAEncryption', 'rsa', 'sha1'],
  ['1.3.14.3.2.29', 'sha1WithRSA', 'rsa', 'sha1'],
  ['1.2.840.113549.1.1.14', 'sha224WithRSAEncryption', 'rsa', 'sha224'],
  ['1.2.840.10045.4.1', 'ecdsa-with-SHA1', 'ecdsa', 'sha1'],
  ['1.2.840.10045.4.3.1', 'ecdsa-with-SHA224', 'ecdsa', 'sha224'],
  ['2.16.840.1.101.3.4.3.9', 'ecdsa-with-SHA3-224', 'ecdsa', 'sha3-224'],
  ['2.16.840.1.101.3.4.3.10', 'ecdsa-with-SHA3-256', 'ecdsa', 'sha3-256'],
  ['2.16.840.1.101.3.4.3.11', 'ecdsa-with-SHA3-384', 'ecdsa', 'sha3-384'],
  ['2.16.840.1.101.3.4.3.12', 'ecdsa-with-SHA3-512', 'ecdsa', 'sha3-512'],
  ['1.2.840.10040.4.3', 'dsa-with-SHA1', 'dsa', 'sha1'],
  ['2.16.840.1.101.3.4.3.1', 'dsa-with-SHA224', 'dsa', 'sha224'],
  ['2.16.840.1.101.3.4.3.2', 'dsa-with-SHA256', 'dsa', 'sha256'],
];

/** Those that are written: RSA with NULL parameters (RFC 4055 §5), the others with none (RFC 5758, RFC 8410). */
const signing: readonly SignatureAlgorithm[] = table.slice(0, 7).map(([dotted, name, family, hash]) => ({
  name,
  oid: dotted,
  der: family === 'rsa' ? sequence(oid(dotted), nullValue()) : sequence(oid(dotted)),
  family,
  hash,
  digest: hash,
}));

const hashNames: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** RSASSA-PSS-params (RFC 4055 §3.1); what is absent has the defaults SHA-1, MGF1 with SHA-1, 20 bytes. */
function parsePss(der: Buffer, reader: DerReader): SignatureAlgorithm {
  const params = reader.isAtEnd ? undefined : reader.enter();
  const hashOid = params?.explicit(0)?.enter().oid();
  const mgf = params?.enterOptional(contextConstructed(1))?.enter();
  mgf?.oid();
  const mgfOid = mgf?.enter().oid();
  const saltLength = params?.explicit(2)?.smallInteger(1024) ?? 20;
  const hash = hashOid === undefined ? 'sha1' : (hashNames[hashOid] ?? null);
  const mgfHash = mgfOid === undefined ? 'sha1' : (hashNames[mgfOid] ?? '');
  return { name: 'rsassaPss', oid: pssOid, der, family: 'rsa-pss', hash, digest: hash, pss: { saltLength, mgfHash } };
}
