import { sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

const signWithCallback = promisify(sign);

/** The same on the thread pool, whatever the key: of megabytes the hash alone takes long. */
export const signOnPool = (digest: string | null, bytes: Buffer, key: KeyObject): Promise<Buffer> => signWithCallback(digest ?? undefined, bytes, key);

/**
 * Signature as X.509 wants it: RSA PKCS#1 v1.5, ECDSA in DER, Ed25519.
 *
 * P-256 and Ed25519 take 30 µs, less than the way to another thread; RSA (0.7 to 5 ms) and the other curves (1 ms and more)
 * go to the thread pool.
 */
export function signBytes(key: KeyObject, keyType: string | null, digest: string | null, bytes: Buffer): Buffer | Promise<Buffer> {
  return keyType !== null && quickTypes.has(keyType) ? sign(digest, bytes, key) : signOnPool(digest, bytes, key);
}

const quickTypes: ReadonlySet<string> = new Set(['ECCPRIME256V1', 'ED25519']);
