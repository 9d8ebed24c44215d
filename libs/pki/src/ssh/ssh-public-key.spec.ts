import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { aKey, faultOf, refusedField } from '../test/builders.js';
import { isSshKeyType, parseSshKeyLine, spkiOfSshKey, sshPublicKey, sshPublicKeyLine } from './ssh-public-key.js';
import { sshTypes } from './test/ssh-builders.js';

describe('a public key of OpenSSH', () => {
  it.each(sshTypes)('of type %s comes back from its line', (type) => {
    const { spki } = aKey(type);
    const line = sshPublicKeyLine(sshPublicKey(spki), 'web\n01 ');
    const read = parseSshKeyLine(line);
    expect(line).toBe(`${read.algorithm} ${read.blob.toString('base64')} web 01`);
    expect(spkiOfSshKey(read.blob)).toEqual(spki);
    expect(isSshKeyType(type)).toBe(true);
  });

  it('is not made of keys that OpenSSH does not know', () => {
    for (const type of ['ECCSECP256K1', 'ECCSECP224R1'] as const) {
      expect(refusedField(() => sshPublicKey(aKey(type).spki))).toBe('keyType');
      expect(isSshKeyType(type)).toBe(false);
    }
    const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({ type: 'spki', format: 'der' });
    expect(faultOf(() => sshPublicKey(weak)).message).toContain('RSA1024');
  });

  it.each(['', 'ssh-rsa', 'ssh-ed25519 AAAA', 'ssh-ed25519 !!!', `ssh-rsa ${sshPublicKey(aKey('ED25519').spki).toString('base64')}`])('is not read from %j', (line) => {
    expect(faultOf(() => parseSshKeyLine(line)).code).toBe('invalid_argument');
  });
});
