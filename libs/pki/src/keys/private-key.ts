import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { AppError } from '@sifaka/kernel';
import { encryptPbes2 } from '../containers/encryption/pbes2.js';
import { checkPassphrase, type RandomBytes } from '../containers/passphrase.js';
import { octetString, sequence } from '../der/der-writer.js';
import { encodePem } from '../der/pem.js';
import { invalidField } from '../invalid.js';
import { assertServedKey } from './public-key.js';

/** PKCS#8 PrivateKeyInfo (RFC 5208): the form in which keys are kept and handed around. */
export function toPkcs8Der(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'pkcs8' });
}

/**
 * PEM in the traditional forms, `RSA PRIVATE KEY` and `EC PRIVATE KEY`, which old load balancers insist on; PKCS#8 where there is none
 * (Ed25519). No newline at the end.
 */
export function toTraditionalPem(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return encodePem('RSA PRIVATE KEY', key.export({ format: 'der', type: 'pkcs1' }));
    case 'ec':
      return encodePem('EC PRIVATE KEY', key.export({ format: 'der', type: 'sec1' }));
    default:
      return toPkcs8Pem(key);
  }
}

export const toPkcs8Pem = (key: KeyObject): string => encodePem('PRIVATE KEY', toPkcs8Der(key));

/** `ENCRYPTED PRIVATE KEY`: AES-256-CBC under PBKDF2-HMAC-SHA256. No newline at the end. */
export async function toEncryptedPkcs8Pem(key: KeyObject, passphrase: string, random: RandomBytes): Promise<string> {
  const { algorithmDer, ciphertext } = await encryptPbes2(toPkcs8Der(key), checkPassphrase(passphrase), random);
  return encodePem('ENCRYPTED PRIVATE KEY', sequence(algorithmDer, octetString(ciphertext)));
}

/** SubjectPublicKeyInfo of the public half. */
export function publicKeyOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' });
}

/** True when the SubjectPublicKeyInfo is the public half of the key, however its point is written. */
export function keyMatches(key: KeyObject, subjectPublicKeyDer: Uint8Array): boolean {
  try {
    const other = createPublicKey({ key: Buffer.from(subjectPublicKeyDer), format: 'der', type: 'spki' });
    // Comparing keys of different types leaves an error in OpenSSL's queue, which later fails an innocent call.
    return key.asymmetricKeyType === other.asymmetricKeyType && createPublicKey(key).equals(other);
  } catch {
    return false;
  }
}

/**
 * True when the private half belongs to the public half that the key claims: files can name any public key. Signs and verifies once.
 */
export function isConsistent(key: KeyObject): boolean {
  const probe = Buffer.from('consistency of a private key');
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  try {
    return verify(digest, probe, createPublicKey({ key: publicKeyOf(key), format: 'der', type: 'spki' }), sign(digest, probe, key));
  } catch {
    return false;
  }
}

/**
 * Key from PKCS#8 DER as `toPkcs8Der` makes it, and only of kinds that the product serves.
 *
 * @throws AppError `invalid_argument`, field `privateKey`
 */
export function fromPkcs8Der(der: Uint8Array): KeyObject {
  return importKey(der, 'pkcs8');
}

export function importKey(der: Uint8Array, type: 'pkcs8' | 'pkcs1' | 'sec1'): KeyObject {
  const load = () => createPrivateKey({ key: Buffer.from(der), format: 'der', type });
  // Node 20 takes an error that another call left in OpenSSL's queue for its own; the failed call empties the queue.
  const key = attempt(load) ?? attempt(load);
  if (key === null) throw badKey(`is damaged, or not a private key in ${type === 'pkcs8' ? 'PKCS#8' : type === 'pkcs1' ? 'PKCS#1' : 'SEC1'} form`);
  assertServedKey(publicKeyOf(key), 'privateKey');
  return key;
}

/** The error is dropped: nothing about the bytes of a key may reach a log. */
function attempt(load: () => KeyObject): KeyObject | null {
  try {
    return load();
  } catch {
    return null;
  }
}

/** Refusal of a private key; says the rule, never the bytes. */
export const badKey = (rule: string): AppError => invalidField('privateKey', rule);
