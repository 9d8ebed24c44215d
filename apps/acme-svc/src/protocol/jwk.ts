import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { AppError } from '@sifaka/kernel';
import type { HashName } from '@sifaka/contracts';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';

/** The members that a thumbprint counts (RFC 7638 section 3.2), in its order: JSON of it is what is hashed. */
const PublicJwk = z.discriminatedUnion('kty', [
  z.object({ crv: z.string(), kty: z.literal('EC'), x: z.string(), y: z.string() }),
  z.object({ e: z.string(), kty: z.literal('RSA'), n: z.string() }),
  z.object({ crv: z.string(), kty: z.literal('OKP'), x: z.string() }),
]);
export type PublicJwk = z.output<typeof PublicJwk>;

/** A JWS algorithm (RFC 7518 section 3.1, RFC 8037) and how the key vault makes its signatures. */
export interface JwsAlgorithm {
  readonly name: 'RS256' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA';
  /** Null for Ed25519, which hashes by itself. */
  readonly hash: HashName | null;
  /** Octets of each of the two numbers of an ECDSA signature; null for the others. */
  readonly numberBytes: number | null;
}

export interface PublicKey {
  readonly jwk: PublicJwk;
  readonly algorithm: JwsAlgorithm;
}

/**
 * @param key SubjectPublicKeyInfo
 * @throws AppError `failed_precondition` for a kind of key that no ACME CA takes
 */
export function publicKeyFrom(key: Uint8Array | KeyObject): PublicKey {
  if (!(key instanceof Uint8Array)) return readKey(key);
  const known = readKeys.get(keyText(key));
  if (known !== undefined) return known;
  const made = readKey(key);
  readKeys.set(keyText(key), made);
  return made;
}

/** Every step of every order signs with the same few keys, and reading one takes OpenSSL longer than a signature. */
const readKeys = new LRUCache<string, PublicKey>({ max: 200 });

const keyText = (spki: Uint8Array): string => Buffer.from(spki).toString('base64');

function readKey(key: Uint8Array | KeyObject): PublicKey {
  const read = PublicJwk.safeParse(asJwk(key));
  const algorithm = read.success ? algorithmOf(read.data) : undefined;
  if (read.success && algorithm !== undefined) return { jwk: read.data, algorithm };
  const there = 'RSA, P-256, P-384, P-521 and Ed25519';
  throw new AppError('failed_precondition', `the key is of a kind that ACME has no signature for; there are ${there}`, { reason: 'acme.key_not_usable' });
}

/** RFC 7638 with SHA-256, base64url. */
export function thumbprint(jwk: PublicJwk): string {
  return hash('sha256', JSON.stringify(jwk), 'base64url');
}

/** The signature as JWS wants it: ECDSA as two numbers of fixed length (RFC 7518 section 3.4) instead of DER. */
export function jwsSignature({ numberBytes }: JwsAlgorithm, signature: Buffer): Buffer {
  if (numberBytes === null) return signature;
  const { value: r, end } = integerAt(signature, signature[1] === 0x81 ? 3 : 2);
  const { value: s } = integerAt(signature, end);
  return Buffer.concat([padded(r, numberBytes), padded(s, numberBytes)]);
}

function asJwk(key: Uint8Array | KeyObject): unknown {
  const object = key instanceof Uint8Array ? createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' }) : key;
  try {
    return object.export({ format: 'jwk' });
  } catch {
    // OpenSSL knows curves that JOSE has no name for.
    return null;
  }
}

function algorithmOf(jwk: PublicJwk): JwsAlgorithm | undefined {
  if (jwk.kty === 'RSA') return { name: 'RS256', hash: 'sha256', numberBytes: null };
  return curveAlgorithms[jwk.crv];
}

const curveAlgorithms: Readonly<Record<string, JwsAlgorithm>> = {
  'P-256': { name: 'ES256', hash: 'sha256', numberBytes: 32 },
  'P-384': { name: 'ES384', hash: 'sha384', numberBytes: 48 },
  'P-521': { name: 'ES512', hash: 'sha512', numberBytes: 66 },
  Ed25519: { name: 'EdDSA', hash: null, numberBytes: null },
};

function integerAt(der: Buffer, offset: number): { value: Buffer; end: number } {
  const length = der[offset + 1] ?? 0;
  const start = offset + 2;
  return { value: der.subarray(start, start + length), end: start + length };
}

/** DER numbers have a leading zero when their top bit is set, and none otherwise. */
function padded(number: Buffer, bytes: number): Buffer {
  const first = number.findIndex((octet) => octet !== 0);
  const digits = first === -1 ? Buffer.alloc(0) : number.subarray(first);
  return Buffer.concat([Buffer.alloc(bytes - digits.length), digits]);
}
