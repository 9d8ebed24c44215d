import { createHash, createPublicKey } from 'node:crypto';
import { decodeBits, readOnly } from '../der/der-reader.js';
import { bitString, nullValue, oid, sequence, unsignedInteger } from '../der/der-writer.js';
import { tags } from '../der/tag.js';
import { invalidField, malformed, shown } from '../invalid.js';
import { describeKey } from '../key-type/public-key.js';
import { mpint, SshReader, sshString } from './wire.js';

/** Algorithms of keys, as they stand in front of a public key line. */
export type SshKeyAlgorithm = 'ssh-ed25519' | 'ecdsa-sha2-nistp256' | 'ecdsa-sha2-nistp384' | 'ecdsa-sha2-nistp521' | 'ssh-rsa';

/** OpenSSH refuses RSA keys of other sizes (`RequiredRSASize`, SSHBUF_MAX_BIGNUM). */
const rsaBits = { min: 2_048, max: 16_384 };

/** NIST curves of RFC 5656 §10.1: the others that X.509 knows have no name in OpenSSH. */
export const sshCurves = [
  { algorithm: 'ecdsa-sha2-nistp256', name: 'nistp256', oid: '1.2.840.10045.3.1.7', bytes: 32, hash: 'sha256' },
  { algorithm: 'ecdsa-sha2-nistp384', name: 'nistp384', oid: '1.3.132.0.34', bytes: 48, hash: 'sha384' },
  { algorithm: 'ecdsa-sha2-nistp521', name: 'nistp521', oid: '1.3.132.0.35', bytes: 66, hash: 'sha512' },
] as const;

/**
 * Algorithm of a SubjectPublicKeyInfo in OpenSSH.
 *
 * @throws AppError `invalid_argument`, field `field`, for keys that OpenSSH does not know
 */
export function sshAlgorithmOf(spki: Uint8Array, field = 'keyType'): SshKeyAlgorithm {
  const { kind, bits, curveOid, type } = describeKey(spki);
  if (kind === 'ed25519') return 'ssh-ed25519';
  if (kind === 'rsa' && bits >= rsaBits.min && bits <= rsaBits.max) return 'ssh-rsa';
  const curve = kind === 'ec' ? sshCurves.find((known) => known.oid === curveOid) : undefined;
  if (curve !== undefined) return curve.algorithm;
  throw invalidField(field, `${type ?? kind} is no key type of OpenSSH: RSA of ${rsaBits.min} bits or more, ECCPRIME256V1, ECCSECP384R1, ECCSECP521R1 and ED25519 are`);
}

/** Whether OpenSSH knows keys of a type named like `ECCPRIME256V1`. */
export function isSshKeyType(keyType: string): boolean {
  const rsa = /^RSA(\d+)$/.exec(keyType);
  if (rsa !== null) return Number(rsa[1]) >= rsaBits.min && Number(rsa[1]) <= rsaBits.max;
  return sshKeyTypes.has(keyType);
}

const sshKeyTypes: ReadonlySet<string> = new Set(['ECCPRIME256V1', 'ECCSECP256R1', 'ECCSECP384R1', 'ECCSECP521R1', 'ED25519']);

/** Public key in OpenSSH's form (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4): algorithm, then what belongs to it. */
export function sshPublicKey(spki: Uint8Array, field?: string): Buffer {
  const algorithm = sshAlgorithmOf(spki, field);
  return Buffer.concat([sshString(algorithm), sshKeyFields(spki, algorithm)]);
}

/** The fields behind the algorithm: the same in a plain key and in a certificate. */
export function sshKeyFields(spki: Uint8Array, algorithm: SshKeyAlgorithm): Buffer {
  const reader = readOnly(spki);
  reader.enter();
  const { bytes } = decodeBits(reader.read(tags.bitString).content);
  switch (algorithm) {
    case 'ssh-ed25519':
      return sshString(bytes);
    case 'ssh-rsa': {
      const key = readOnly(bytes);
      const modulus = key.read(tags.integer).content;
      return Buffer.concat([mpint(key.read(tags.integer).content), mpint(modulus)]);
    }
    default:
      return Buffer.concat([sshString(algorithm.slice('ecdsa-sha2-'.length)), sshString(uncompressed(spki, bytes))]);
  }
}

/** OpenSSH takes points in their long form alone. */
function uncompressed(spki: Uint8Array, point: Buffer): Buffer {
  if (point[0] === 4) return point;
  const jwk = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({ format: 'jwk' });
  return Buffer.concat([Buffer.of(4), Buffer.from(jwk.x ?? '', 'base64url'), Buffer.from(jwk.y ?? '', 'base64url')]);
}

/**
 * SubjectPublicKeyInfo of a public key in OpenSSH's form.
 *
 * @throws AppError `invalid_argument`
 */
export function spkiOfSshKey(blob: Uint8Array): Buffer {
  const reader = SshReader.over(blob, 'SSH public key');
  const algorithm = reader.text();
  const spki = readSshKeyFields(reader, algorithm);
  reader.finish();
  return spki;
}

export function readSshKeyFields(reader: SshReader, algorithm: string): Buffer {
  switch (algorithm) {
    case 'ssh-ed25519': {
      const point = reader.string();
      if (point.length !== 32) throw malformed(`an Ed25519 key has 32 bytes, this one ${point.length}`);
      return sequence(sequence(oid('1.3.101.112')), bitString(point));
    }
    case 'ssh-rsa': {
      const exponent = reader.mpint();
      const modulus = reader.mpint();
      return sequence(sequence(oid('1.2.840.113549.1.1.1'), nullValue()), bitString(sequence(unsignedInteger(modulus), unsignedInteger(exponent))));
    }
    default:
      return readPoint(reader, algorithm);
  }
}

function readPoint(reader: SshReader, algorithm: string): Buffer {
  const curve = sshCurves.find((known) => known.algorithm === algorithm);
  if (curve === undefined) throw malformed(`${shown(algorithm)} is no key algorithm that is known here`);
  const name = reader.text();
  const point = reader.string();
  if (name !== curve.name || point[0] !== 4 || point.length !== 1 + 2 * curve.bytes) throw malformed(`the ${algorithm} key has no point of curve ${curve.name}`);
  return sequence(sequence(oid('1.2.840.10045.2.1'), oid(curve.oid)), bitString(point));
}

/** One line of `authorized_keys`, `known_hosts` or a `.pub` file, without newline. */
export function sshPublicKeyLine(blob: Uint8Array, comment = ''): string {
  const algorithm = SshReader.over(blob).text();
  const note = comment.replace(/[\p{C}\s]+/gu, ' ').trim();
  return `${algorithm} ${Buffer.from(blob).toString('base64')}${note === '' ? '' : ` ${note}`}`;
}

export interface SshKeyLine {
  readonly algorithm: string;
  readonly blob: Buffer;
  readonly comment: string;
}

/**
 * Reads a public key line or a certificate line; options in front of the key are not read.
 *
 * @throws AppError `invalid_argument`
 */
export function parseSshKeyLine(line: string): SshKeyLine {
  const [algorithm = '', base64 = '', ...comment] = line.trim().split(/\s+/);
  const blob = Buffer.from(base64, 'base64');
  if (blob.length === 0 || blob.toString('base64') !== base64) throw malformed(`${shown(line)} is no public key line: algorithm, base64, comment`);
  const inside = SshReader.over(blob, 'SSH public key').text();
  if (inside !== algorithm) throw malformed(`the line says ${shown(algorithm)}, the key in it ${shown(inside)}`);
  return { algorithm, blob, comment: comment.join(' ') };
}

/** `SHA256:…` as ssh-keygen and sshd's log show it. */
export function sshFingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}
