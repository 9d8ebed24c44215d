import { createHash, timingSafeEqual, type KeyObject } from 'node:crypto';
import { invalidField, malformed } from '../../invalid.js';
import { containerLimits } from '../container-limits.js';
import { checkAlias, checkGivenPassphrase, checkPassphrase, utf16be, type RandomBytes } from '../passphrase.js';
import { JavaDataReader, JavaDataWriter } from './java-data.js';
import { openProtectedKey, protectKey } from './key-protector.js';

export interface JksKeyEntry {
  kind: 'key';
  /** Lower-cased, as Java does it. */
  alias: string;
  createdAt: Date;
  privateKey: KeyObject;
  /** The key's certificate first. */
  certificatesDer: readonly Uint8Array[];
}

export interface JksTrustedEntry {
  kind: 'trusted';
  alias: string;
  createdAt: Date;
  certificateDer: Uint8Array;
}

export type JksEntry = JksKeyEntry | JksTrustedEntry;

const magic = 0xfeedfeed;
const jceksMagic = 0xcececece;
const keyTag = 1;
const trustedTag = 2;
const secretTag = 3;
const certificateType = 'X.509';
const digestBytes = 20;

/**
 * A Java key store (JKS version 2). Keys are protected with the passphrase of the store, which is what servers expect.
 *
 * @throws AppError `invalid_argument`, fields `passphrase` or `alias` (empty, too long, or there twice)
 */
export function encodeJks(entries: readonly JksEntry[], passphrase: string, random: RandomBytes): Buffer {
  checkPassphrase(passphrase);
  const writer = new JavaDataWriter().int(magic).int(2).int(entries.length);
  const seen = new Set<string>();
  for (const entry of entries) {
    const alias = checkAlias(entry.alias).toLowerCase();
    if (seen.has(alias)) throw invalidField('alias', `"${alias}" is there twice`);
    seen.add(alias);
    writer.int(entry.kind === 'key' ? keyTag : trustedTag).utf(alias).long(BigInt(entry.createdAt.getTime()));
    if (entry.kind === 'key') writer.block(protectKey(entry.privateKey, passphrase, random)).int(entry.certificatesDer.length);
    for (const der of entry.kind === 'key' ? entry.certificatesDer : [entry.certificateDer]) writer.utf(certificateType).block(der);
  }
  const body = writer.toBuffer();
  return Buffer.concat([body, digest(body, passphrase)]);
}

/**
 * Reads a JKS file, version 1 or 2, in its order.
 *
 * @param keyPassphrase of the keys, when it is not that of the store
 * @throws AppError `invalid_argument`, field `passphrase` when it does not open the store or a key
 */
export function parseJks(file: Uint8Array, passphrase: string, keyPassphrase = passphrase): JksEntry[] {
  checkGivenPassphrase(passphrase);
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const body = bytes.subarray(0, -digestBytes);
  const reader = new JavaDataReader(body);
  const version = readHeader(reader);
  if (!timingSafeEqual(digest(body, passphrase), bytes.subarray(-digestBytes))) throw invalidField('passphrase', 'does not open the key store, or the file is damaged');

  const count = reader.int();
  if (count > containerLimits.entries) throw malformed(`the key store has ${count} entries, the limit is ${containerLimits.entries}`);
  const entries = Array.from({ length: count }, () => readEntry(reader, version, keyPassphrase));
  if (!reader.isAtEnd) throw malformed('the key store has bytes behind its last entry');
  return entries;
}

export interface JksCertificates {
  /** Its certificates belong to a key of the store, the key's own first; or it is one that the store trusts. */
  kind: 'key' | 'trusted';
  alias: string;
  certificatesDer: Buffer[];
}

/**
 * The certificates of a JKS or JCEKS file, in its order. They are not encrypted, so no passphrase is asked for and no key opened; whether
 * somebody changed the file is not known then.
 *
 * @throws AppError `invalid_argument`, also for secret keys of a JCEKS file, which have no stated length
 */
export function readJksCertificates(file: Uint8Array): JksCertificates[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const reader = new JavaDataReader(bytes.subarray(0, -digestBytes));
  const version = readHeader(reader, true);
  const count = reader.int();
  if (count > containerLimits.entries) throw malformed(`the key store has ${count} entries, the limit is ${containerLimits.entries}`);
  const entries: JksCertificates[] = [];
  for (let entry = 0; entry < count; entry++) {
    const tag = reader.int();
    const alias = reader.utf();
    reader.long();
    if (tag !== keyTag && tag !== trustedTag) throw malformed(tag === secretTag ? 'the key store has secret keys, behind which nothing can be found' : `the key store has an entry of the unknown kind ${tag}`);
    if (tag === keyTag) reader.block();
    const length = tag === keyTag ? reader.int() : 1;
    if (length > containerLimits.entries) throw malformed(`a chain in the key store has ${length} certificates`);
    entries.push({ kind: tag === keyTag ? 'key' : 'trusted', alias, certificatesDer: Array.from({ length }, () => readCertificate(reader, version)) });
  }
  if (!reader.isAtEnd) throw malformed('the key store has bytes behind its last entry');
  return entries;
}

function readHeader(reader: JavaDataReader, readsJceks = false): number {
  const found = reader.int();
  if (found === jceksMagic && !readsJceks) throw malformed('the file is a JCEKS key store, which is not supported: convert it with "keytool -importkeystore -deststoretype pkcs12"');
  if (found !== magic && found !== jceksMagic) throw malformed('the file is not a JKS key store');
  const version = reader.int();
  if (version !== 1 && version !== 2) throw malformed(`the key store has version ${version}, only 1 and 2 are known`);
  return version;
}

function readEntry(reader: JavaDataReader, version: number, keyPassphrase: string): JksEntry {
  const tag = reader.int();
  const alias = reader.utf();
  const createdAt = new Date(Number(reader.long()));
  if (tag === trustedTag) return { kind: 'trusted', alias, createdAt, certificateDer: readCertificate(reader, version) };
  if (tag !== keyTag) throw malformed(`the key store has an entry of the unknown kind ${tag}`);
  const privateKey = openProtectedKey(reader.block(), keyPassphrase);
  const count = reader.int();
  if (count > containerLimits.entries) throw malformed(`a chain in the key store has ${count} certificates`);
  return { kind: 'key', alias, createdAt, privateKey, certificatesDer: Array.from({ length: count }, () => readCertificate(reader, version)) };
}

function readCertificate(reader: JavaDataReader, version: number): Buffer {
  const type = version === 2 ? reader.utf() : certificateType;
  if (type !== certificateType) throw malformed('the key store holds a certificate that is not X.509');
  return reader.block();
}

/** The constant is part of the format: it keeps a passphrase from being a plain prefix. */
function digest(body: Uint8Array, passphrase: string): Buffer {
  return createHash('sha1').update(utf16be(passphrase)).update('Mighty Aphrodite', 'utf8').update(body).digest();
}
