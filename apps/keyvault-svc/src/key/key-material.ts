import { createECDH, createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** A key that is not stored yet. `pkcs8` is wiped by whoever stores it. */
export interface KeyMaterial {
  readonly pkcs8: Buffer;
  /** SubjectPublicKeyInfo. */
  readonly spki: Buffer;
  /** Only when the new key must sign: making one costs more than making the key. */
  readonly privateKey: KeyObject | null;
}

const generate = promisify(generateKeyPair);

/**
 * P-256, the key that nearly everyone asks for: 38 µs. `generateKeyPair` takes 286 µs for the same bytes, of which OpenSSL's
 * encoders take most; the two structures (RFC 5958 with RFC 5915, RFC 5480) are constant around key and point.
 */
export function generateP256({ mustSign = false } = {}): KeyMaterial {
  const ecdh = createECDH('prime256v1');
  const point = ecdh.generateKeys();
  const scalar = ecdh.getPrivateKey();
  const pkcs8 = Buffer.alloc(p256Pkcs8Bytes);
  p256Head.copy(pkcs8);
  // The scalar comes without its leading zeros.
  scalar.copy(pkcs8, p256Head.length + p256Bytes - scalar.length);
  p256Middle.copy(pkcs8, p256Head.length + p256Bytes);
  point.copy(pkcs8, p256Head.length + p256Bytes + p256Middle.length);
  scalar.fill(0);
  const privateKey = mustSign ? p256KeyObject(pkcs8.subarray(p256Head.length, p256Head.length + p256Bytes), point) : null;
  return { pkcs8, spki: Buffer.concat([p256PublicHead, point]), privateKey };
}

/** 60 µs by way of a JWK; from PKCS#8 it takes OpenSSL 400 µs to find out what it has before it. */
function p256KeyObject(scalar: Buffer, point: Buffer): KeyObject {
  const [x, y] = [point.subarray(1, 1 + p256Bytes), point.subarray(1 + p256Bytes)].map((part) => part.toString('base64url'));
  return createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y, d: scalar.toString('base64url') } });
}

/** Any curve of OpenSSL, on a thread of the pool: large and binary curves take milliseconds. */
export async function generateEc(namedCurve: string): Promise<KeyMaterial> {
  return materialOf(await generate('ec', { namedCurve }));
}

export async function generateEd25519(): Promise<KeyMaterial> {
  return materialOf(await generate('ed25519', {}));
}

/** Takes a thread of the pool for 0.2 s (2048 bits) to several seconds (4096): go through `RsaGenerator`. */
export async function generateRsa(bits: number): Promise<KeyMaterial> {
  return materialOf(await generate('rsa', { modulusLength: bits, publicExponent: 65_537 }));
}

function materialOf({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): KeyMaterial {
  return {
    pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }),
    spki: publicKey.export({ format: 'der', type: 'spki' }),
    privateKey,
  };
}

const p256Bytes = 32;
const p256Head = Buffer.from('308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420', 'hex');
const p256Middle = Buffer.from('a144034200', 'hex');
const p256PublicHead = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
const p256Pkcs8Bytes = p256Head.length + p256Bytes + p256Middle.length + 65;
