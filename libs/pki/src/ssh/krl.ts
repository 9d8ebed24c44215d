import { createHash } from 'node:crypto';
import { malformed } from '../invalid.js';
import { encodeRevokedSerials, krlSubsections, subsection } from './krl-serials.js';
import { SshReader, sshString, uint32, uint64 } from './wire.js';

/** What sshd is to refuse (PROTOCOL.krl). */
export interface KeyRevocationList {
  /** Grows with every list that says something else. */
  readonly version: bigint;
  readonly generatedAt: Date;
  readonly comment: string;
  readonly certificates: readonly RevokedCertificates[];
  /** Public keys, in OpenSSH's form, that are refused plain and in any certificate: kept as their SHA-256. */
  readonly keys: readonly Uint8Array[];
}

/** Certificates of one authority. */
export interface RevokedCertificates {
  /** The authority's key in OpenSSH's form; null for every authority. */
  readonly issuerKey: Uint8Array | null;
  readonly serials: readonly bigint[];
  readonly keyIds: readonly string[];
}

const magic = Buffer.from('SSHKRL\n\0', 'latin1');
const formatVersion = 1;
const sections = { certificates: 1, explicitKey: 2, fingerprintSha1: 3, signature: 4, fingerprintSha256: 5, extension: 255 } as const;

/** A list as `RevokedKeys` of sshd and `ssh-keygen -Q -f` read it. Not signed: OpenSSH no longer looks at signatures of lists. */
export function encodeKrl(list: KeyRevocationList): Buffer {
  const hashes = list.keys.map((blob) => createHash('sha256').update(blob).digest()).sort((a, b) => Buffer.compare(a, b));
  return Buffer.concat([
    magic,
    uint32(formatVersion),
    uint64(list.version),
    uint64(BigInt(Math.floor(list.generatedAt.getTime() / 1_000))),
    uint64(0n),
    sshString(''),
    sshString(list.comment),
    ...list.certificates.flatMap((revoked) => certificateSection(revoked)),
    ...(hashes.length === 0 ? [] : [subsection(sections.fingerprintSha256, Buffer.concat(hashes.map(sshString)))]),
  ]);
}

function certificateSection({ issuerKey, serials, keyIds }: RevokedCertificates): Buffer[] {
  const numbers = encodeRevokedSerials(serials);
  const ids = [...new Set(keyIds)].sort();
  if (numbers.length === 0 && ids.length === 0) return [];
  const names = ids.length === 0 ? [] : [subsection(krlSubsections.keyId, Buffer.concat(ids.map(sshString)))];
  return [subsection(sections.certificates, Buffer.concat([sshString(issuerKey ?? ''), sshString(''), numbers, ...names]))];
}

/** A list as it was read: `keyHashes` in hex. */
export interface ParsedKrl extends Omit<KeyRevocationList, 'keys' | 'certificates'> {
  readonly certificates: readonly (RevokedCertificates & { readonly serials: bigint[]; readonly keyIds: string[] })[];
  readonly keyHashes: readonly string[];
}

/** Most serials that are spelt out: a range may name 2^64. */
const maxSerials = 1_000_000;

/** Errors: `invalid_argument`. Sections with keys themselves, SHA-1 hashes, signatures and extensions are refused. */
export function parseKrl(bytes: Uint8Array): ParsedKrl {
  if (!Buffer.from(bytes.subarray(0, magic.length)).equals(magic)) throw malformed('the value is no key revocation list of OpenSSH');
  const reader = SshReader.over(bytes.subarray(magic.length), 'key revocation list');
  if (reader.uint32() !== formatVersion) throw malformed('the key revocation list has a format other than 1');
  const [version, generated] = [reader.uint64(), reader.uint64()];
  reader.uint64();
  reader.string();
  const comment = reader.text();
  const certificates: (RevokedCertificates & { serials: bigint[]; keyIds: string[] })[] = [];
  const keyHashes: string[] = [];
  while (!reader.isAtEnd) {
    const type = reader.byte();
    const data = new SshReader(reader.string(), 'section of a key revocation list');
    if (type === sections.certificates) certificates.push(parseCertificates(data));
    else if (type === sections.fingerprintSha256) while (!data.isAtEnd) keyHashes.push(data.string().toString('hex'));
    else throw malformed(`the key revocation list has a section of kind ${type}, which is not read here`);
  }
  return { version, generatedAt: new Date(Number(generated) * 1_000), comment, certificates, keyHashes };
}

function parseCertificates(data: SshReader): RevokedCertificates & { serials: bigint[]; keyIds: string[] } {
  const issuerKey = data.string();
  data.string();
  const found = { issuerKey: issuerKey.length === 0 ? null : issuerKey, serials: new Array<bigint>(), keyIds: new Array<string>() };
  while (!data.isAtEnd) {
    const type = data.byte();
    const part = new SshReader(data.string(), 'revoked certificates');
    switch (type) {
      case krlSubsections.serialList:
        while (!part.isAtEnd) found.serials.push(part.uint64());
        break;
      case krlSubsections.serialRange:
        found.serials.push(...range(part.uint64(), part.uint64()));
        break;
      case krlSubsections.serialBitmap:
        found.serials.push(...bits(part.uint64(), part.mpint()));
        break;
      case krlSubsections.keyId:
        found.keyIds.push(...part.texts());
        break;
      default:
        throw malformed(`revoked certificates are listed in a way (${type}) that is not read here`);
    }
    part.finish();
  }
  found.serials.sort((a, b) => (a < b ? -1 : 1));
  return found;
}

function range(first: bigint, last: bigint): bigint[] {
  if (last < first || last - first >= BigInt(maxSerials)) throw malformed(`a range of serials from ${first} to ${last} is not read here`);
  return Array.from({ length: Number(last - first) + 1 }, (_, index) => first + BigInt(index));
}

function bits(offset: bigint, bitmap: Buffer): bigint[] {
  if (bitmap.length * 8 > maxSerials) throw malformed(`a bitmap of ${bitmap.length} bytes is not read here`);
  const found: bigint[] = [];
  for (let bit = 0; bit < bitmap.length * 8; bit++) {
    const byte = bitmap[bitmap.length - 1 - Math.floor(bit / 8)] ?? 0;
    if (byte & (1 << (bit % 8))) found.push(offset + BigInt(bit));
  }
  return found;
}
