import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { decodePem, encodePem } from '../der/pem.js';
import { toTraditionalPem } from '../keys/private-key.js';
import { fullChainPem, orderBundle, pemBundle } from './pem-bundle.js';
import { aPath, keysOfEachType } from './test/a-path.js';

const path = aPath(keysOfEachType[1]![1]);
const stranger = aPath(keysOfEachType[2]![1], 'other.example.test');

describe('a bundle', () => {
  it('has the certificate first, then the chain, then the key, one line end between blocks', () => {
    const text = pemBundle(path.certificateDer, path.chainDer, toTraditionalPem(path.privateKey));
    expect(decodePem(text).map(({ label }) => label)).toEqual(['CERTIFICATE', 'CERTIFICATE', 'CERTIFICATE', 'EC PRIVATE KEY']);
    expect(text).toMatch(/-----END EC PRIVATE KEY-----\n$/);
    expect(text).not.toContain('\n\n');
    expect(text.startsWith(fullChainPem(path.certificateDer, path.chainDer))).toBe(true);
    expect(fullChainPem(path.certificateDer, [])).toBe(encodePem('CERTIFICATE', path.certificateDer));
  });

  it('is put in order from any order, with key and without', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([path.certificateDer, ...path.chainDer], { minLength: 3 }), fc.boolean(), (shuffled, withKey) => {
        expect(orderBundle(shuffled, withKey ? path.privateKey : null)).toEqual({ certificateDer: path.certificateDer, chainDer: path.chainDer, othersDer: [] });
      }),
    );
  });

  it('keeps apart what does not belong to the path', () => {
    const { certificateDer, chainDer, othersDer } = orderBundle([...stranger.chainDer, path.chainDer[1], stranger.certificateDer, path.certificateDer, path.chainDer[0]], path.privateKey);
    expect([certificateDer, ...chainDer]).toEqual([path.certificateDer, ...path.chainDer]);
    expect(othersDer).toEqual([...stranger.chainDer, stranger.certificateDer]);
  });

  it('ends its chain where an issuer is missing', () => {
    expect(orderBundle([path.chainDer[1], path.certificateDer], path.privateKey)).toMatchObject({ certificateDer: path.certificateDer, chainDer: [], othersDer: [path.chainDer[1]] });
  });

  it('takes a lone self-signed certificate for the leaf', () => {
    expect(orderBundle([path.chainDer[1]], null)).toMatchObject({ certificateDer: path.chainDer[1], chainDer: [] });
  });

  it('is refused without the certificate of the key, empty, or with something else in it', () => {
    const other = generateKeyPairSync('ed25519').privateKey;
    expect(() => orderBundle([path.certificateDer], other)).toThrow(/no certificate of the private key/);
    expect(() => orderBundle([], null)).toThrow(AppError);
    expect(() => orderBundle([Buffer.from('x')], null)).toThrow(AppError);
  });
});
