import { hash } from 'node:crypto';
import { decodeBits, decodeInteger, readOnly, type DerReader } from '../der/der-reader.js';
import { integer, nullValue, octetString, oid, sequence } from '../der/der-writer.js';
import { tags } from '../der/tag.js';
import { malformed } from '../invalid.js';
import { revocationLimits } from './revocation-limits.js';

export type OcspHash = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** Which certificate is meant: its issuer by hashes of name and key, and its serial number (RFC 6960 §4.1.1). */
export interface OcspCertId {
  /** `null` for a hash that is not known here. */
  readonly hash: OcspHash | null;
  readonly issuerNameHash: Buffer;
  readonly issuerKeyHash: Buffer;
  readonly serial: bigint;
  /** DER CertID: answered as it was asked. */
  readonly der: Buffer;
}

/** What a CertID needs of the issuing certificate. */
export interface OcspIssuer {
  readonly subjectDer: Uint8Array;
  readonly spki: Uint8Array;
}

/** SHA-1 is what RFC 5019 and all responders know; it identifies here, it protects nothing. */
export function ocspCertId(issuer: OcspIssuer, serial: bigint, algorithm: OcspHash = 'sha1'): OcspCertId {
  const { name, key } = ocspIssuerHashes(issuer, algorithm);
  const der = sequence(algorithms[algorithm], octetString(name), octetString(key), integer(serial));
  return { hash: algorithm, issuerNameHash: name, issuerKeyHash: key, serial, der };
}

/** Hashes of the issuer's name and of the bits of its key. Remembered for each issuer: responders need them for every request. */
export function ocspIssuerHashes(issuer: OcspIssuer, algorithm: OcspHash): { readonly name: Buffer; readonly key: Buffer } {
  const known = remembered.get(issuer.spki)?.find((each) => each.algorithm === algorithm && each.subjectDer === issuer.subjectDer);
  if (known) return known;
  const made = { algorithm, subjectDer: issuer.subjectDer, name: hash(algorithm, issuer.subjectDer, 'buffer'), key: hash(algorithm, publicKeyBits(issuer.spki), 'buffer') };
  remembered.set(issuer.spki, [...(remembered.get(issuer.spki) ?? []).slice(-7), made]);
  return made;
}

/** Whether the CertID means a certificate of this issuer. */
export function isOfIssuer(certId: OcspCertId, issuer: OcspIssuer): boolean {
  if (certId.hash === null) return false;
  const { name, key } = ocspIssuerHashes(issuer, certId.hash);
  return certId.issuerNameHash.equals(name) && certId.issuerKeyHash.equals(key);
}

/** Reads a CertID at the cursor. Two that mean the same certificate by the same hash differ in nothing but NULL. */
export function parseCertId(reader: DerReader): OcspCertId {
  const element = reader.read(tags.sequence);
  const parts = reader.into(element);
  const algorithm = parseHashAlgorithm(parts.enter());
  const issuerNameHash = parts.octetString();
  const issuerKeyHash = parts.octetString();
  const { content } = parts.read(tags.integer);
  parts.finish();
  if (issuerNameHash.length > 64 || issuerKeyHash.length > 64) throw malformed('a CertID has a hash of more than 64 octets');
  if (content.length > revocationLimits.serialOctets) throw malformed(`a CertID has a serial number of ${content.length} octets`);
  return { hash: hashByOid.get(algorithm) ?? null, issuerNameHash, issuerKeyHash, serial: decodeInteger(content), der: element.raw };
}

/** Hashes have no parameters, or NULL. Free ones would be as many names for one certificate as somebody likes, each with an answer of its own. */
function parseHashAlgorithm(reader: DerReader): string {
  const algorithm = reader.oid();
  const parameters = reader.optional(tags.null);
  if (parameters !== undefined && parameters.content.length > 0) throw malformed('a NULL has content');
  reader.finish();
  return algorithm;
}

/** Content of the subjectPublicKey BIT STRING. */
export function publicKeyBits(spki: Uint8Array): Buffer {
  const reader = readOnly(spki);
  reader.enter();
  return decodeBits(reader.read(tags.bitString).content).bytes;
}

const oids: Readonly<Record<OcspHash, string>> = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};
const hashNames = ['sha1', 'sha256', 'sha384', 'sha512'] as const;
const hashByOid = new Map<string, OcspHash>(hashNames.map((name) => [oids[name], name]));

// With NULL, as all responders write them.
const algorithmOf = (name: OcspHash): Buffer => sequence(oid(oids[name]), nullValue());
const algorithms: Readonly<Record<OcspHash, Buffer>> = { sha1: algorithmOf('sha1'), sha256: algorithmOf('sha256'), sha384: algorithmOf('sha384'), sha512: algorithmOf('sha512') };

const remembered = new WeakMap<Uint8Array, { algorithm: OcspHash; subjectDer: Uint8Array; name: Buffer; key: Buffer }[]>();
