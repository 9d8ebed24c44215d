import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { bitString, integer, nullValue, oid, sequence } from '../der/der-writer.js';
import { aKey, faultOf } from '../test/builders.js';
import { isKeyType, isSameKeyType, keyTypeNames, nodeCurveName } from './key-types.js';
import { offeredKeyTypes } from './offered.js';
import { describeKey, keyIdentifier, keyTypeOf } from './public-key.js';

const lemurNames = 'RSA2048, RSA4096, ECCPRIME192V1, ECCPRIME256V1, ECCSECP192R1, ECCSECP224R1, ECCSECP256R1, ECCSECP384R1, ECCSECP521R1, ECCSECP256K1, ECCSECT163K1, ECCSECT233K1, ECCSECT283K1, ECCSECT409K1, ECCSECT571K1, ECCSECT163R2, ECCSECT233R1, ECCSECT283R1, ECCSECT409R1, ECCSECT571R2'.split(', ');

it('knows the twenty names of Lemur, RSA3072 and ED25519', () => {
  expect([...keyTypeNames].sort()).toEqual([...lemurNames, 'RSA3072', 'ED25519'].sort());
  expect(isKeyType('RSA1024')).toBe(false);
  expect(isKeyType('toString')).toBe(false);
});

describe('a key read back', () => {
  const aliases: Record<string, string> = { ECCSECP192R1: 'ECCPRIME192V1', ECCSECP256R1: 'ECCPRIME256V1' };
  it.each(offeredKeyTypes().filter((type) => !type.startsWith('RSA')))('of type %s has its name, or that of its alias', (type) => {
    const { spki } = aKey(type);
    expect(keyTypeOf(spki)).toBe(aliases[type] ?? type);
    const details = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    if (details.asymmetricKeyType === 'ec') expect(details.asymmetricKeyDetails?.namedCurve).toBe(nodeCurveName(type));
  });

  it.each([1024, 2047, 2048])('of RSA with %i bits is named by its size', (modulusLength) => {
    const spki = generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ type: 'spki', format: 'der' });
    expect(describeKey(spki)).toEqual({ type: `RSA${modulusLength}`, bits: modulusLength, kind: 'rsa' });
  });

  it('of other algorithms and curves has no name', () => {
    const brainpool = generateKeyPairSync('ec', { namedCurve: 'brainpoolP384r1' }).publicKey.export({ type: 'spki', format: 'der' });
    expect(describeKey(brainpool)).toMatchObject({ type: null, bits: 384, kind: 'ec' });
    expect(describeKey(generateKeyPairSync('ed448').publicKey.export({ type: 'spki', format: 'der' }))).toMatchObject({ type: null, kind: 'ed448' });
    const dsa = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).publicKey.export({ type: 'spki', format: 'der' });
    expect(describeKey(dsa)).toEqual({ type: null, bits: 1024, kind: 'dsa' });
    expect(describeKey(sequence(sequence(oid('1.2.3')), bitString(Buffer.of(1))))).toEqual({ type: null, bits: 0, kind: 'other' });
    expect(describeKey(sequence(sequence(oid('1.2.840.10045.2.1'), sequence()), bitString(Buffer.of(1))))).toEqual({ type: null, bits: 0, kind: 'ec' });
  });

  it('is refused when it is malformed', () => {
    expect(faultOf(() => describeKey(nullValue())).code).toBe('invalid_argument');
    expect(faultOf(() => describeKey(sequence(sequence(oid('1.2.840.113549.1.1.1')), bitString(sequence(Buffer.from('0200', 'hex')))))).code).toBe('invalid_argument');
    expect(describeKey(sequence(sequence(oid('1.2.840.113549.1.1.1')), bitString(sequence(integer(255), integer(3)))))).toMatchObject({ bits: 8 });
  });
});

it('identifies a key by the SHA-1 of its bits', () => {
  const { spki } = aKey();
  expect(keyIdentifier(spki)).toEqual(createHash('sha1').update(spki.subarray(-65)).digest());
});

it('takes aliases for the same type', () => {
  expect(isSameKeyType('ECCPRIME256V1', 'ECCSECP256R1')).toBe(true);
  expect(isSameKeyType('ECCPRIME256V1', 'ECCSECP256K1')).toBe(false);
  expect(isSameKeyType('RSA2048', 'RSA4096')).toBe(false);
  expect(nodeCurveName('RSA2048')).toBeNull();
});
