import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { octetString, sequence } from '../der/der-writer.js';
import { berToDer } from './ber.js';
import { aPath, keysOfEachType } from './test/a-path.js';

describe('BER made DER', () => {
  it('leaves DER as it is', () => {
    const { certificateDer } = aPath(keysOfEachType[1]![1]);
    expect(berToDer(certificateDer)).toEqual(certificateDer);
  });

  it('measures indefinite lengths and joins octet strings in pieces', () => {
    const pieces = '2480' + '0402aabb' + '2405' + '04010a' + '0400' + '0000';
    const ber = Buffer.from(`3080${pieces}0000`, 'hex');
    expect(berToDer(ber)).toEqual(sequence(octetString(Buffer.from('aabb0a', 'hex'))));
  });

  it('shortens lengths', () => {
    expect(berToDer(Buffer.from('3082000604830000' + '01ff', 'hex'))).toEqual(Buffer.from('30030401ff', 'hex'));
  });

  it('refuses depth and endless values quickly', () => {
    expect(() => berToDer(Buffer.alloc(500_000, Buffer.from('3080', 'hex')))).toThrow(/nested deeper/);
    expect(() => berToDer(Buffer.from('3080', 'hex'))).toThrow(/cut short/);
    expect(() => berToDer(Buffer.from('0480', 'hex'))).toThrow(/no length/);
  });

  it('ends in an AppError for what is not BER', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          berToDer(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
    );
  });
});
