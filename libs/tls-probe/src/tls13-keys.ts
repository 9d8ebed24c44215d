import { createDecipheriv, createHash, createHmac, type CipherCCMTypes, type CipherGCMTypes } from 'node:crypto';
import { fault } from './faults.js';
import { uint, vector } from './vectors.js';

/** Opens the records that a server protects during the handshake of TLS 1.3. */
export interface RecordOpener {
  /** @param header the five bytes before the payload */
  open(header: Buffer, payload: Buffer): Buffer;
}

interface Protection {
  cipher: { mode: 'gcm'; name: CipherGCMTypes } | { mode: 'ccm'; name: CipherCCMTypes } | { mode: 'chacha'; name: 'chacha20-poly1305' };
  keyBytes: number;
  tagBytes: number;
  hash: 'sha256' | 'sha384';
}

const protections = new Map<number, Protection>([
  [0x1301, { cipher: { mode: 'gcm', name: 'aes-128-gcm' }, keyBytes: 16, tagBytes: 16, hash: 'sha256' }],
  [0x1302, { cipher: { mode: 'gcm', name: 'aes-256-gcm' }, keyBytes: 32, tagBytes: 16, hash: 'sha384' }],
  [0x1303, { cipher: { mode: 'chacha', name: 'chacha20-poly1305' }, keyBytes: 32, tagBytes: 16, hash: 'sha256' }],
  [0x1304, { cipher: { mode: 'ccm', name: 'aes-128-ccm' }, keyBytes: 16, tagBytes: 16, hash: 'sha256' }],
  [0x1305, { cipher: { mode: 'ccm', name: 'aes-128-ccm' }, keyBytes: 16, tagBytes: 8, hash: 'sha256' }],
]);

/** Hash of the transcript under a cipher suite; undefined for one that TLS 1.3 does not know. */
export const transcriptHash = (cipher: number): 'sha256' | 'sha384' | undefined => protections.get(cipher)?.hash;

/**
 * The key schedule of RFC 8446 section 7.1 as far as the server's handshake messages.
 *
 * @param transcript client and server hello
 */
export function serverHandshakeOpener(cipher: number, sharedSecret: Buffer, transcript: readonly Buffer[]): RecordOpener {
  const protection = protections.get(cipher);
  if (protection === undefined) throw fault('tls.malformed', 'chose a cipher suite that TLS 1.3 does not have');
  const { hash, keyBytes } = protection;
  const empty = digest(hash, []);
  const zeros = Buffer.alloc(empty.length);
  const early = hmac(hash, zeros, zeros);
  const handshake = hmac(hash, expand(hash, early, 'derived', empty, empty.length), sharedSecret);
  const traffic = expand(hash, handshake, 's hs traffic', digest(hash, transcript), empty.length);
  return new ServerRecords(protection, expand(hash, traffic, 'key', Buffer.alloc(0), keyBytes), expand(hash, traffic, 'iv', Buffer.alloc(0), ivBytes));
}

export function digest(hash: string, parts: readonly Buffer[]): Buffer {
  const sum = createHash(hash);
  for (const part of parts) sum.update(part);
  return sum.digest();
}

const ivBytes = 12;

const hmac = (hash: string, key: Buffer, data: Buffer): Buffer => createHmac(hash, key).update(data).digest();

/** HKDF-Expand-Label (RFC 8446 section 7.1); nothing here is longer than one hash. */
function expand(hash: string, secret: Buffer, label: string, context: Buffer, length: number): Buffer {
  const info = Buffer.concat([uint(2, length), vector(1, Buffer.from(`tls13 ${label}`, 'latin1')), vector(1, context), Buffer.of(1)]);
  return hmac(hash, secret, info).subarray(0, length);
}

class ServerRecords implements RecordOpener {
  private sequence = 0;

  constructor(
    private readonly protection: Protection,
    private readonly key: Buffer,
    private readonly iv: Buffer,
  ) {}

  open(header: Buffer, payload: Buffer): Buffer {
    const { tagBytes } = this.protection;
    if (payload.length < tagBytes + 1) throw fault('tls.malformed', 'a protected record is too short');
    const nonce = Buffer.from(this.iv);
    nonce.writeUInt32BE((nonce.readUInt32BE(ivBytes - 4) ^ this.sequence) >>> 0, ivBytes - 4);
    this.sequence += 1;
    try {
      return this.decrypt(nonce, header, payload.subarray(0, -tagBytes), payload.subarray(-tagBytes));
    } catch (error) {
      throw fault('tls.malformed', 'a protected record cannot be opened', error);
    }
  }

  private decrypt(nonce: Buffer, header: Buffer, sealed: Buffer, tag: Buffer): Buffer {
    const { cipher, tagBytes: authTagLength } = this.protection;
    if (cipher.mode === 'ccm') {
      const decipher = createDecipheriv(cipher.name, this.key, nonce, { authTagLength });
      decipher.setAuthTag(tag);
      decipher.setAAD(header, { plaintextLength: sealed.length });
      const opened = decipher.update(sealed);
      decipher.final();
      return opened;
    }
    const options = { authTagLength };
    const decipher = cipher.mode === 'gcm' ? createDecipheriv(cipher.name, this.key, nonce, options) : createDecipheriv(cipher.name, this.key, nonce, options);
    decipher.setAuthTag(tag);
    decipher.setAAD(header, { plaintextLength: sealed.length });
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  }
}
