import type { KeyObject } from 'node:crypto';
import { badKey, publicKeyOf } from '../keys/private-key.js';
import { sshAlgorithmOf, sshPublicKey, type SshKeyAlgorithm } from './ssh-public-key.js';
import { mpint, sshString, uint32 } from './wire.js';

/**
 * `OPENSSH PRIVATE KEY` (PROTOCOL.key), without passphrase. Newline at the end: ssh refuses a file without.
 *
 * Encryption would take OpenSSH's own key derivation, bcrypt_pbkdf, which neither Node nor a library that is cared for offers;
 * `ssh-keygen -p` sets a passphrase.
 *
 * @param check four random bytes, which tell a wrong passphrase from a right one
 * @throws AppError `invalid_argument` for key types that OpenSSH does not know
 */
export function toOpensshPrivateKey(key: KeyObject, comment: string, check: Uint8Array): string {
  const spki = publicKeyOf(key);
  const algorithm = sshAlgorithmOf(spki, 'privateKey');
  const secret = Buffer.concat([check.subarray(0, 4), check.subarray(0, 4), sshString(algorithm), secretFields(key, algorithm), sshString(oneLine(comment))]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1));
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sshString('none'),
    sshString('none'),
    sshString(''),
    uint32(1),
    sshString(sshPublicKey(spki)),
    sshString(Buffer.concat([secret, padding])),
  ]);
  const lines = file.toString('base64').match(/.{1,70}/g) ?? [];
  secret.fill(0);
  file.fill(0);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function secretFields(key: KeyObject, algorithm: SshKeyAlgorithm): Buffer {
  const jwk = key.export({ format: 'jwk' });
  const part = (text: string | undefined): Buffer => {
    if (text === undefined) throw badKey('lacks a part that OpenSSH needs');
    return Buffer.from(text, 'base64url');
  };
  switch (algorithm) {
    case 'ssh-ed25519':
      return Buffer.concat([sshString(part(jwk.x)), sshString(Buffer.concat([part(jwk.d), part(jwk.x)]))]);
    case 'ssh-rsa':
      return Buffer.concat([jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map((text) => mpint(part(text))));
    default: {
      const point = Buffer.concat([Buffer.of(4), part(jwk.x), part(jwk.y)]);
      return Buffer.concat([sshString(algorithm.slice('ecdsa-sha2-'.length)), sshString(point), mpint(part(jwk.d))]);
    }
  }
}

const oneLine = (comment: string): string => comment.replace(/[\p{C}\s]+/gu, ' ').trim();
