import { fault } from './faults.js';
import { uint, VectorReader } from './vectors.js';
import { versionNumbers, versionOf, type TlsVersion } from './tls-versions.js';

export interface ServerHello {
  version: TlsVersion;
  cipher: number;
  random: Buffer;
  /** It wants another hello first (RFC 8446 section 4.1.4). */
  isRetry: boolean;
  /** Group and key; the key is empty in a retry. */
  keyShare: { group: number; key: Buffer } | null;
  cookie: Buffer | null;
}

/** SHA-256 of "HelloRetryRequest". */
const retryRandom = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex');

/** RFC 8446 section 4.1.3, RFC 5246 section 7.4.1.3. */
export function parseServerHello(body: Buffer): ServerHello {
  const reader = new VectorReader(body, 'server hello');
  const legacy = reader.number(2);
  const random = reader.take(32);
  reader.vector(1);
  const cipher = reader.number(2);
  reader.number(1);
  const extensions = reader.isAtEnd ? new Map<number, Buffer>() : extensionsIn(reader.inner(2));
  const number = extensions.get(43)?.readUInt16BE(0) ?? legacy;
  const version = versionOf(number);
  if (version === undefined) throw fault('tls.not_offered', `chose the unknown version 0x${uint(2, number).toString('hex')}`);
  const isRetry = number === versionNumbers['TLSv1.3'] && random.equals(retryRandom);
  return { version, cipher, random, isRetry, keyShare: shareIn(extensions.get(51), isRetry), cookie: cookieIn(extensions.get(44)) };
}

function extensionsIn(reader: VectorReader): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  while (!reader.isAtEnd) found.set(reader.number(2), reader.vector(2));
  if ((found.get(43)?.length ?? 2) !== 2) throw fault('tls.malformed', 'names its version in a way that cannot be read');
  return found;
}

function shareIn(bytes: Buffer | undefined, isRetry: boolean): ServerHello['keyShare'] {
  if (bytes === undefined) return null;
  const reader = new VectorReader(bytes, 'key share');
  return { group: reader.number(2), key: isRetry ? Buffer.alloc(0) : reader.vector(2) };
}

const cookieIn = (bytes: Buffer | undefined): Buffer | null => (bytes === undefined ? null : new VectorReader(bytes, 'cookie').vector(2));
