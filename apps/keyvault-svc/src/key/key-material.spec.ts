import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isConsistent } from '@sifaka/pki';
import { generateEd25519, generateEc, generateP256, type KeyMaterial } from './key-material.js';

const load = ({ pkcs8 }: KeyMaterial) => createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });

describe('key material', () => {
  it('of P-256 is byte for byte what OpenSSL writes', () => {
    // 600 keys: one scalar in 256 has a leading zero that must stay.
    for (let i = 0; i < 600; i++) {
      const material = generateP256();
      const key = load(material);
      expect(key.export({ format: 'der', type: 'pkcs8' }).equals(material.pkcs8)).toBe(true);
      if (i < 20) expect(createPublicKey(key).export({ format: 'der', type: 'spki' }).equals(material.spki)).toBe(true);
    }
  });

  it('of P-256 signs at once with the key that it stores', () => {
    for (let i = 0; i < 600; i++) {
      const { privateKey, pkcs8 } = generateP256({ mustSign: true });
      expect(privateKey?.export({ format: 'der', type: 'pkcs8' }).equals(pkcs8)).toBe(true);
    }
  });

  it.each([
    ['P-256', () => Promise.resolve(generateP256())],
    ['P-384', () => generateEc('secp384r1')],
    ['Ed25519', generateEd25519],
  ])('of %s has two halves that belong together', async (_, make) => {
    const material = await make();
    expect(isConsistent(load(material))).toBe(true);
    expect(createPublicKey(load(material)).export({ format: 'der', type: 'spki' }).equals(material.spki)).toBe(true);
  });
});
