import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

/**
 * AES-256-GCM (NIST SP 800-38D) as one byte string: format octet, 12 bytes of nonce, 16 bytes of tag, ciphertext.
 *
 * The nonce must never repeat under one key; random ones allow 2^32 messages a key (SP 800-38D section 8.3).
 */
export function encrypt(key: KeyObject, nonce: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associated);
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  return Buffer.concat([formatOctet, nonce, cipher.getAuthTag(), ciphertext]);
}

/** The plaintext, or null when key, associated data or bytes are not those it was encrypted with. */
export function decrypt(key: KeyObject, sealed: Uint8Array, associated: Uint8Array): Buffer | null {
  if (sealed.length < headerBytes || sealed[0] !== format) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(1 + nonceBytes, headerBytes));
  const plaintext = decipher.update(sealed.subarray(headerBytes));
  try {
    decipher.final();
    return plaintext;
  } catch {
    plaintext.fill(0);
    return null;
  }
}

export const nonceBytes = 12;
const tagBytes = 16;
const format = 1;
const formatOctet = Buffer.of(format);
const headerBytes = 1 + nonceBytes + tagBytes;
