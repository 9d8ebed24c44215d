import { createHash, timingSafeEqual, type KeyObject } from 'node:crypto';
import { readOnly } from '../../der/der-reader.js';
import { nullValue, octetString, oid, sequence } from '../../der/der-writer.js';
import { invalidField, malformed } from '../../invalid.js';
import { parsePrivateKey } from '../../keys/parse-private-key.js';
import { toPkcs8Der } from '../../keys/private-key.js';
import { oids, readAlgorithm } from '../encryption/algorithm.js';
import { utf16be, type RandomBytes } from '../passphrase.js';

const digestBytes = 20;

/**
 * Sun's proprietary protection of keys in JKS files: the key XOR a stream of chained SHA-1 digests of passphrase and salt, followed by the
 * SHA-1 of passphrase and key. Weak against guessing: the passphrase carries all of the strength.
 */
export function protectKey(key: KeyObject, passphrase: string, random: RandomBytes): Buffer {
  const plain = toPkcs8Der(key);
  const secret = utf16be(passphrase);
  const salt = random(digestBytes);
  const sealed = Buffer.concat([salt, xorStream(plain, secret, salt), sha1(secret, plain)]);
  return sequence(sequence(oid(oids.sunKeyProtector), nullValue()), octetString(sealed));
}

/** @throws AppError `invalid_argument`, field `passphrase` when it does not open the key */
export function openProtectedKey(info: Uint8Array, passphrase: string): KeyObject {
  const reader = readOnly(info);
  const algorithm = readAlgorithm(reader);
  const sealed = reader.octetString();
  reader.finish();
  if (algorithm.oid !== oids.sunKeyProtector) throw malformed(`the key is protected with ${algorithm.oid}, which is not the protection of JKS files`);
  if (sealed.length < 2 * digestBytes) throw malformed('the protected key is cut short');

  const secret = utf16be(passphrase);
  const salt = sealed.subarray(0, digestBytes);
  const plain = xorStream(sealed.subarray(digestBytes, -digestBytes), secret, salt);
  if (!timingSafeEqual(sha1(secret, plain), sealed.subarray(-digestBytes))) throw invalidField('passphrase', 'does not open the key');
  return parsePrivateKey(plain);
}

function xorStream(bytes: Uint8Array, secret: Uint8Array, salt: Uint8Array): Buffer {
  const out = Buffer.from(bytes);
  let digest = salt;
  for (let start = 0; start < out.length; start += digestBytes) {
    digest = sha1(secret, digest);
    for (let index = 0; index < digestBytes && start + index < out.length; index++) out[start + index] = (out[start + index] ?? 0) ^ (digest[index] ?? 0);
  }
  return out;
}

const sha1 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
