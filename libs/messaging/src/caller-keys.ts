import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { AppError } from '@sifaka/kernel';

/**
 * The key that verifies caller contexts: Ed25519, SPKI, as PEM or its base64.
 * @throws AppError `failed_precondition` for anything else.
 */
export function callerPublicKey(text: string): KeyObject {
  return ed25519('caller public key', () =>
    createPublicKey(text.includes('-----') ? text : { key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }),
  );
}

/**
 * The gateway's key that signs caller contexts: Ed25519, PKCS#8, as PEM or its base64.
 * @throws AppError `failed_precondition` for anything else.
 */
export function callerPrivateKey(text: string): KeyObject {
  return ed25519('caller private key', () =>
    createPrivateKey(text.includes('-----') ? text : { key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' }),
  );
}

/** A new pair in the form in which both settings are written. */
export function newCallerKeys(): { privateKey: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}

function ed25519(what: string, read: () => KeyObject): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = read();
  } catch {
    // The parser's own words could quote the key.
  }
  if (key?.asymmetricKeyType !== 'ed25519') throw new AppError('failed_precondition', `the ${what} is no Ed25519 key in PEM or base64 DER`);
  return key;
}
