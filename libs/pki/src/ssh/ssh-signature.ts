import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { readOnly } from '../der/der-reader.js';
import { sequence, unsignedInteger } from '../der/der-writer.js';
import { tags } from '../der/tag.js';
import { malformed, shown } from '../invalid.js';
import { sshAlgorithmOf, sshCurves } from './ssh-public-key.js';
import { mpint, SshReader, sshString } from './wire.js';

/** Hash that a key of OpenSSH signs with; null for Ed25519. RSA signs with SHA-512: `ssh-rsa`, that is SHA-1, is refused everywhere today. */
export function sshSignatureHash(spki: Uint8Array): 'sha256' | 'sha384' | 'sha512' | null {
  const algorithm = sshAlgorithmOf(spki);
  if (algorithm === 'ssh-ed25519') return null;
  return sshCurves.find((curve) => curve.algorithm === algorithm)?.hash ?? 'sha512';
}

/**
 * Signature as OpenSSH writes it (RFC 4253 §6.6, RFC 8332, RFC 5656 §3.1.2): algorithm, then the bytes.
 *
 * @param signature PKCS#1 v1.5 with `sshSignatureHash`, ECDSA in DER, or Ed25519
 */
export function encodeSshSignature(spki: Uint8Array, signature: Uint8Array): Buffer {
  const algorithm = sshAlgorithmOf(spki);
  if (algorithm === 'ssh-rsa') return Buffer.concat([sshString('rsa-sha2-512'), sshString(signature)]);
  return Buffer.concat([sshString(algorithm), sshString(algorithm === 'ssh-ed25519' ? signature : mpintsOf(signature))]);
}

/** True when the signature was made with the key; RSA also with SHA-256. */
export function verifySshSignature(spki: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  const reader = SshReader.over(signature, 'SSH signature');
  const algorithm = reader.text();
  const blob = reader.string();
  reader.finish();
  const keyAlgorithm = sshAlgorithmOf(spki);
  const key = publicKeyFrom(spki);
  if (keyAlgorithm === 'ssh-rsa') {
    const hash = rsaHashes.get(algorithm);
    return hash !== undefined && verify(hash, bytes, key, blob);
  }
  if (algorithm !== keyAlgorithm) return false;
  return keyAlgorithm === 'ssh-ed25519' ? verify(null, bytes, key, blob) : verify(sshSignatureHash(spki), bytes, key, derOf(blob));
}

function publicKeyFrom(spki: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch (error) {
    throw malformed('the public key is none: its numbers do not fit', error);
  }
}

/** Hash of the signature in a certificate, by its algorithm; null where it has none of its own. */
export function hashOfSshSignature(signature: Uint8Array): string | null {
  const algorithm = SshReader.over(signature, 'SSH signature').text();
  return rsaHashes.get(algorithm) ?? sshCurves.find((curve) => curve.algorithm === algorithm)?.hash ?? null;
}

const rsaHashes: ReadonlyMap<string, string> = new Map([
  ['rsa-sha2-512', 'sha512'],
  ['rsa-sha2-256', 'sha256'],
]);

function mpintsOf(der: Uint8Array): Buffer {
  const numbers = readOnly(der);
  const r = numbers.read(tags.integer).content;
  const s = numbers.read(tags.integer).content;
  numbers.finish();
  return Buffer.concat([mpint(r), mpint(s)]);
}

function derOf(blob: Buffer): Buffer {
  const numbers = SshReader.over(blob, 'ECDSA signature');
  const [r, s] = [numbers.mpint(), numbers.mpint()];
  numbers.finish();
  if (r.length === 0 || s.length === 0) throw malformed(`${shown(blob.toString('hex'))} is no ECDSA signature`);
  return sequence(unsignedInteger(r), unsignedInteger(s));
}
