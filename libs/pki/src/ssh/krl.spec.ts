import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aKey, faultOf } from '../test/builders.js';
import { encodeKrl, parseKrl } from './krl.js';
import { sshPublicKey } from './ssh-public-key.js';

const issuerKey = sshPublicKey(aKey('ED25519').spki);
const list = (serials: readonly bigint[], keyIds: readonly string[] = []) =>
  encodeKrl({ version: 7n, generatedAt: new Date('2026-03-01T08:00:00Z'), comment: 'Corp SSH', certificates: [{ issuerKey, serials, keyIds }], keys: [issuerKey] });

describe('a key revocation list', () => {
  it('is read back as it was written, however the serials lie', () => {
    const serials = fc.oneof(
      fc.uniqueArray(fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }), { maxLength: 60 }),
      fc.uniqueArray(fc.bigInt({ min: 1n, max: 400n }), { maxLength: 200 }),
      fc.uniqueArray(fc.bigInt({ min: (1n << 64n) - 300n, max: (1n << 64n) - 1n }), { maxLength: 200 }),
    );
    fc.assert(
      fc.property(serials, fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 5 }), (numbers, keyIds) => {
        const read = parseKrl(list(numbers, keyIds));
        expect(read).toMatchObject({ version: 7n, comment: 'Corp SSH', generatedAt: new Date('2026-03-01T08:00:00Z') });
        expect(read.keyHashes).toEqual([createHash('sha256').update(issuerKey).digest('hex')]);
        expect(read.certificates[0]?.serials ?? []).toEqual([...numbers].sort((a, b) => (a < b ? -1 : 1)));
        expect(read.certificates[0]?.keyIds ?? []).toEqual([...keyIds].sort());
      }),
    );
  });

  it('is short where serials lie in a row or close together', () => {
    const empty = list([]).length;
    expect(list(Array.from({ length: 10_000 }, (_, index) => BigInt(index + 1))).length - empty).toBeLessThan(120);
    expect(list(Array.from({ length: 10_000 }, (_, index) => BigInt(index * 2 + 1))).length - empty).toBeLessThan(2_700);
  });

  it('is not read from anything else', () => {
    const whole = list([3n, 5n, 9n], ['a']);
    for (let length = 0; length < whole.length; length += 1) {
      try {
        parseKrl(whole.subarray(0, length));
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid_argument' });
      }
    }
    expect(faultOf(() => parseKrl(Buffer.from('SSHKRL'))).code).toBe('invalid_argument');
  });
});
