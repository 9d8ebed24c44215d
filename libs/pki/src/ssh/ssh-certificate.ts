import { createHash } from 'node:crypto';
import { serialHex } from '../certificate/serial.js';
import { invalidField, malformed, shown } from '../invalid.js';
import { describeKey } from '../key-type/public-key.js';
import { encodeCriticalOptions, encodeSshExtensions, parseCriticalOptions, parseSshExtensions, type SshCriticalOptions } from './ssh-options.js';
import { readSshKeyFields, spkiOfSshKey, sshAlgorithmOf, sshKeyFields, sshPublicKey } from './ssh-public-key.js';
import { hashOfSshSignature, verifySshSignature } from './ssh-signature.js';
import { SshReader, sshString, uint32, uint64 } from './wire.js';

export type SshCertificateKind = 'user' | 'host';

/** What an SSH certificate says (PROTOCOL.certkeys). */
export interface SshCertificateInput {
  readonly kind: SshCertificateKind;
  /** SubjectPublicKeyInfo of the key that is certified. */
  readonly spki: Uint8Array;
  /** SubjectPublicKeyInfo of the authority's key. */
  readonly issuerSpki: Uint8Array;
  /** 1 to 2^64 - 1: revocation lists do not know 0. */
  readonly serial: bigint;
  /** Shown in sshd's log. */
  readonly keyId: string;
  /** Hosts, or names of users; at least one. */
  readonly principals: readonly string[];
  /** Cut to seconds. */
  readonly notBefore: Date;
  /** The first moment at which it is no longer valid; cut to seconds. */
  readonly notAfter: Date;
  readonly criticalOptions: SshCriticalOptions;
  readonly extensions: readonly string[];
  /** 32 random bytes: whoever asks for the certificate cannot choose what is signed. */
  readonly nonce: Uint8Array;
}

/** Everything read from one SSH certificate. */
export interface SshCertificate extends Omit<SshCertificateInput, 'spki' | 'issuerSpki' | 'notBefore' | 'notAfter'> {
  readonly blob: Buffer;
  readonly tbs: Buffer;
  /** For example `ssh-ed25519-cert-v01@openssh.com`. */
  readonly algorithm: string;
  readonly spki: Buffer;
  /** The authority's key in OpenSSH's form. */
  readonly issuerKey: Buffer;
  readonly issuerSpki: Buffer;
  readonly serialHex: string;
  /** Null: from the beginning of time. */
  readonly notBefore: Date | null;
  /** Null: for ever. */
  readonly notAfter: Date | null;
  readonly keyType: string | null;
  readonly bits: number;
  /** Hash of the signature; null for Ed25519. */
  readonly hash: string | null;
  readonly signature: Buffer;
  /** Lower-case hex of the SHA-256 of the blob. */
  readonly fingerprintSha256: string;
}

const kinds: readonly SshCertificateKind[] = ['user', 'host'];
const suffix = '-cert-v01@openssh.com';
const forever = 0xffff_ffff_ffff_ffffn;
/** Longest names that sshd compares (SSHKEY_CERT_MAX_PRINCIPALS, and a line of a log). */
export const sshLimits = { principals: 256, principalChars: 1_024, keyIdChars: 1_024, nonceBytes: 32 };

/**
 * The bytes that the authority signs.
 *
 * @throws AppError `invalid_argument` for what OpenSSH would not read, or would read as more than was meant
 */
export function encodeSshTbs(input: SshCertificateInput): Buffer {
  const { kind, serial, keyId, nonce } = input;
  const algorithm = sshAlgorithmOf(input.spki);
  if (serial < 1n || serial > forever) throw invalidField('serial', `${serial} is no serial number of an SSH certificate: 1 to 2^64 - 1`);
  if (nonce.length !== sshLimits.nonceBytes) throw invalidField('nonce', `${nonce.length} bytes, ${sshLimits.nonceBytes} are needed`);
  return Buffer.concat([
    sshString(`${algorithm}${suffix}`),
    sshString(nonce),
    sshKeyFields(input.spki, algorithm),
    uint64(serial),
    uint32(kinds.indexOf(kind) + 1),
    sshString(checkedKeyId(keyId)),
    sshString(Buffer.concat(checkedPrincipals(input.principals).map(sshString))),
    uint64(seconds(input.notBefore)),
    uint64(seconds(input.notAfter)),
    sshString(encodeCriticalOptions(input.criticalOptions)),
    sshString(encodeSshExtensions(input.extensions)),
    sshString(Buffer.alloc(0)),
    sshString(sshPublicKey(input.issuerSpki)),
  ]);
}

/** @param signature of `encodeSshSignature` */
export const assembleSshCertificate = (tbs: Uint8Array, signature: Uint8Array): Buffer => Buffer.concat([tbs, sshString(signature)]);

/** Serial number and authority key of bytes to be signed; null for what is no certificate. */
export function readSshTbs(tbs: Uint8Array): { serialHex: string; issuerSpki: Buffer } | null {
  try {
    const reader = SshReader.over(tbs, 'SSH certificate');
    const { serial, issuerSpki } = readBody(reader);
    reader.finish();
    return { serialHex: serialHex(serial), issuerSpki };
  } catch {
    return null;
  }
}

/** Whether the bytes are a certificate of OpenSSH, and no plain public key. */
export function isSshCertificate(bytes: Uint8Array): boolean {
  try {
    return SshReader.over(bytes, 'SSH certificate').text().endsWith(suffix);
  } catch {
    return false;
  }
}

/** Errors: `invalid_argument` for what is no certificate of OpenSSH. The signature is not checked. */
export function parseSshCertificate(bytes: Uint8Array): SshCertificate {
  const blob = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = new SshReader(blob, 'SSH certificate');
  const body = readBody(reader);
  const tbs = blob.subarray(0, reader.position);
  const signature = reader.string();
  reader.finish();
  const { type: keyType, bits } = describeKey(body.spki);
  return {
    ...body,
    blob,
    tbs,
    signature,
    serialHex: serialHex(body.serial),
    keyType,
    bits,
    hash: hashOfSshSignature(signature),
    fingerprintSha256: createHash('sha256').update(blob).digest('hex'),
  };
}

/** True when the authority named in the certificate signed it. */
export const verifySshCertificate = ({ issuerSpki, tbs, signature }: SshCertificate): boolean => verifySshSignature(issuerSpki, tbs, signature);

function readBody(reader: SshReader) {
  const algorithm = reader.text();
  if (!algorithm.endsWith(suffix)) throw malformed(`${shown(algorithm)} is no certificate of OpenSSH`);
  const nonce = reader.string();
  const spki = readSshKeyFields(reader, algorithm.slice(0, -suffix.length));
  const serial = reader.uint64();
  const kind = kinds[reader.uint32() - 1];
  if (kind === undefined) throw malformed('the SSH certificate is neither for a user nor for a host');
  const keyId = reader.text();
  const principals = new SshReader(reader.string(), "SSH certificate's principals").texts();
  const [notBefore, notAfter] = [dateOf(reader.uint64(), 0n), dateOf(reader.uint64(), forever)];
  const criticalOptions = parseCriticalOptions(reader.string());
  const extensions = parseSshExtensions(reader.string());
  reader.string();
  const issuerKey = reader.string();
  return { algorithm, nonce, spki, serial, kind, keyId, principals, notBefore, notAfter, criticalOptions, extensions, issuerKey, issuerSpki: spkiOfSshKey(issuerKey) };
}

/** A certificate without principals is one for everybody: it is never made here. */
function checkedPrincipals(principals: readonly string[]): readonly string[] {
  const distinct = [...new Set(principals)];
  if (distinct.length === 0) throw invalidField('principals', 'an SSH certificate needs a principal: without one it is valid for every user and host');
  if (distinct.length > sshLimits.principals) throw invalidField('principals', `${distinct.length} principals, OpenSSH reads ${sshLimits.principals}`);
  return distinct.map((name) => checkedPrincipal(name));
}

/** @throws AppError `invalid_argument`, field `path` */
export function checkedPrincipal(name: string, path = 'principals'): string {
  // A comma separates principals wherever OpenSSH writes several in a line.
  if (name === '' || name.length > sshLimits.principalChars || /[\s\p{C},]/u.test(name)) {
    throw invalidField(path, `${shown(name)} is no principal: one name without spaces, commas and control characters`);
  }
  return name;
}

/** @throws AppError `invalid_argument`, field `path` */
export function checkedKeyId(text: string, path = 'keyId'): string {
  const { keyIdChars } = sshLimits;
  if (text.trim() === '' || text.length > keyIdChars || /\p{Cc}/u.test(text)) throw invalidField(path, `${shown(text)} must be one line of at most ${keyIdChars} characters`);
  return text;
}

function seconds(date: Date): bigint {
  const value = Math.floor(date.getTime() / 1_000);
  if (!Number.isFinite(value) || value < 0) throw invalidField('validity', 'dates of SSH certificates begin with 1970');
  return BigInt(value);
}

/** The latest date that JavaScript knows, the year 275760: beyond it is for ever, too. */
const lastSecond = 8_640_000_000_000n;

function dateOf(value: bigint, unbounded: bigint): Date | null {
  return value === unbounded || value > lastSecond ? null : new Date(Number(value) * 1_000);
}

