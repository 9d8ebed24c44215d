import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { decrypt, encrypt } from '../envelope/aes-gcm.js';

/** Key-encryption key: wraps the data keys of stored rows and does nothing else. */
export interface MasterKey {
  /** 16 hex digits: names the key in rows, logs and messages without telling anything about it. */
  readonly fingerprint: string;
  wrap(dataKey: Uint8Array, nonce: Uint8Array, associated: Uint8Array): Buffer;
  /** The data key, or null when it was wrapped by another key, for another row, or was altered. */
  unwrap(wrapped: Uint8Array, associated: Uint8Array): Buffer | null;
}

/** Where master keys come from. A provider in front of a KMS or HSM has them unwrapped there, once, when the service starts. */
export interface MasterKeyProvider {
  /** The first one writes, all read. Never empty. */
  load(): Promise<readonly MasterKey[]>;
}

export const masterKeyBytes = 32;

/** Master key of 32 random bytes, held in memory. */
export class LocalMasterKey implements MasterKey {
  readonly fingerprint: string;
  private readonly key: KeyObject;

  constructor(bytes: Uint8Array) {
    this.fingerprint = createHash('sha256').update(fingerprintDomain).update(bytes).digest('hex').slice(0, 16);
    this.key = createSecretKey(bytes);
  }

  wrap(dataKey: Uint8Array, nonce: Uint8Array, associated: Uint8Array): Buffer {
    return encrypt(this.key, nonce, dataKey, associated);
  }

  unwrap(wrapped: Uint8Array, associated: Uint8Array): Buffer | null {
    return decrypt(this.key, wrapped, associated);
  }
}

// A hash of the key for this purpose alone: equal to nothing that another program may publish about the same bytes.
const fingerprintDomain = 'sifaka keyvault master key fingerprint v1\0';
