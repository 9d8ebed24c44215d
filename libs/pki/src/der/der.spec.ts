import { describe, expect, it } from '@jest/globals';
import { isAppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { runForBytes } from '../containers/test/peer.js';
import { pkiLimits } from '../pki-limits.js';
import { faultOf } from '../test/builders.js';
import { decodeBits, decodeNamedBits, DerReader, readOnly } from './der-reader.js';
import { decodeString, isIa5, isPrintable } from './der-string.js';
import { decodeTime, encodeTime } from './der-time.js';
import { bitString, bmpString, boolean, enumerated, explicit, implicit, integer, namedBits, nullValue, octetString, oid, sequence, setOf, tlv, unsignedInteger, utf8String } from './der-writer.js';
import { decodeOidContent, isOid } from './oid.js';
import { tags } from './tag.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const refuses = (text: string, read: (reader: DerReader) => unknown = (reader) => reader.next()) =>
  expect(faultOf(() => read(DerReader.over(Buffer.from(text, 'hex')))).code).toBe('invalid_argument');

describe('lengths', () => {
  it.each([0, 1, 127, 128, 255, 256, 65_535, 65_536, 900_000])('writes and reads back contents of %i bytes', (size) => {
    const encoded = octetString(Buffer.alloc(size, 7));
    const reader = DerReader.over(encoded);
    expect(reader.octetString().length).toBe(size);
    expect(reader.isAtEnd).toBe(true);
  });

  it('refuses indefinite, padded, five-octet and cut lengths', () => {
    for (const text of ['3080', '30800000', '308100', '30817f', '30820080', '3085000000000', '30850000000001', '3003aabb', '30', '3082', '3082ff', '308200', '3084ffffffff', '']) refuses(text);
  });

  it('refuses tag numbers above 30', () => refuses('1f810100'));

  it('refuses values above the size limit and below the depth limit', () => {
    expect(faultOf(() => DerReader.over(Buffer.alloc(pkiLimits.derBytes + 1))).message).toContain('limit');
    let nested = nullValue();
    for (let depth = 0; depth < 60; depth++) nested = sequence(nested);
    const descend = (reader: DerReader): void => {
      if (!reader.isAtEnd) descend(reader.enter());
    };
    expect(faultOf(() => descend(DerReader.over(nested))).message).toContain('deeper');
  });
});

describe('integers', () => {
  it('come back as they were, in the shortest form', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 200n), max: 1n << 200n }), (value) => {
        expect(DerReader.over(integer(value)).integer()).toBe(value);
      }),
    );
  });

  it.each([
    [0n, '020100'],
    [127n, '02017f'],
    [128n, '02020080'],
    [-1n, '0201ff'],
    [-128n, '020180'],
    [-129n, '0202ff7f'],
    [256n, '02020100'],
  ])('encodes %s as X.690 does', (value, expected) => expect(hex(integer(value))).toBe(expected));

  it('takes unsigned bytes and drops their zeros', () => {
    expect(hex(unsignedInteger(Buffer.from('0000ff', 'hex')))).toBe('020200ff');
    expect(hex(unsignedInteger(Buffer.from('0000', 'hex')))).toBe('020100');
    expect(hex(unsignedInteger(Buffer.alloc(0)))).toBe('020100');
    expect(hex(unsignedInteger(Buffer.from('7f', 'hex')))).toBe('02017f');
    expect(hex(enumerated(10))).toBe('0a010a');
  });

  it('refuses empty and padded ones', () => {
    for (const text of ['0200', '0202007f', '0202ff80']) refuses(text, (reader) => reader.integer());
    refuses('020105', (reader) => reader.smallInteger(4));
    refuses('0201ff', (reader) => reader.smallInteger(4));
    expect(DerReader.over(integer(4)).smallInteger(4)).toBe(4);
  });
});

describe('object identifiers', () => {
  const arc = fc.bigInt({ min: 0n, max: 1n << 80n });
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 1, 2), fc.integer({ min: 0, max: 39 }), fc.array(arc, { maxLength: 4 }), (first, second, rest) => {
        const dotted = [first, second, ...rest].join('.');
        expect(DerReader.over(oid(dotted)).oid()).toBe(dotted);
      }),
    );
  });

  it.each(['2.999.3', '1.3.6.1.4.1.311.20.2.2', '2.5.29.17', '1.2.840.113549.1.9.1', '0.9.2342.19200300.100.1.25', '2.25.329800735698586629295641978511506172918'])(
    '%s is encoded as OpenSSL does',
    (dotted) => expect(hex(oid(dotted))).toBe(hex(runForBytes('openssl', ['asn1parse', '-genstr', `OID:${dotted}`, '-noout']))),
  );

  it.each(['', '1', '3.1', '1.40', '1.2.', '1..2', '1.02', '1.2.-3', 'a.b', `1.2.${'9'.repeat(60)}`, Array.from({ length: 80 }, () => '1').join('.')])('refuses %p', (text) => {
    expect(isOid(text)).toBe(false);
    expect(faultOf(() => oid(text)).code).toBe('invalid_argument');
  });

  it.each(['', '80', '2a8001', '2a86', `2a${'01'.repeat(70)}`])('refuses the content %p', (text) => {
    expect(faultOf(() => decodeOidContent(Buffer.from(text, 'hex'))).code).toBe('invalid_argument');
  });
});

describe('times', () => {
  it('come back to the second and choose the form by the year', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }), (date) => {
        const encoded = encodeTime(date);
        const year = date.getUTCFullYear();
        expect(encoded[0]).toBe(year >= 1950 && year < 2050 ? tags.utcTime : tags.generalizedTime);
        expect(DerReader.over(encoded).time().getTime()).toBe(Math.floor(date.getTime() / 1000) * 1000);
      }),
    );
  });

  it('switches at the turn of 2050', () => {
    expect(encodeTime(new Date('2049-12-31T23:59:59.999Z')).toString('latin1', 2)).toBe('491231235959Z');
    expect(encodeTime(new Date('2050-01-01T00:00:00Z')).toString('latin1', 2)).toBe('20500101000000Z');
  });

  it.each(['991301000000Z', '990230000000Z', '990101240000Z', '990101006000Z', '990101000060Z', '9901010000Z', '990101000000+0100', '99010100000aZ', '990101000000', ''])('refuses the UTCTime %p', (text) => {
    expect(faultOf(() => decodeTime(tags.utcTime, Buffer.from(text))).code).toBe('invalid_argument');
  });

  it('refuses other types, fractions and invalid dates', () => {
    expect(faultOf(() => decodeTime(tags.generalizedTime, Buffer.from('20500101000000.5Z'))).code).toBe('invalid_argument');
    expect(faultOf(() => decodeTime(tags.integer, Buffer.from('1'))).code).toBe('invalid_argument');
    expect(faultOf(() => encodeTime(new Date(Number.NaN))).code).toBe('invalid_argument');
    expect(faultOf(() => encodeTime(new Date('+010000-01-01T00:00:00Z'))).code).toBe('invalid_argument');
  });
});

describe('bits, booleans, tags', () => {
  it('named bits lose their trailing zeros', () => {
    expect(hex(namedBits([true, false, false]))).toBe('03020780');
    expect(hex(namedBits([false]))).toBe('030100');
    expect(hex(namedBits([...Array<boolean>(8).fill(false), true]))).toBe('0303070080');
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }), (bits) => {
        expect(decodeNamedBits(DerReader.over(namedBits(bits)).next().content, 9)).toEqual(bits);
      }),
    );
  });

  it('refuses wrong counts of unused bits', () => {
    for (const text of ['', '08ff', '01']) expect(faultOf(() => decodeBits(Buffer.from(text, 'hex'))).code).toBe('invalid_argument');
    refuses('0302017e', (reader) => reader.bitString());
    expect(hex(DerReader.over(bitString(Buffer.of(1, 2))).bitString())).toBe('0102');
  });

  it('takes any non-zero octet for true', () => {
    expect(DerReader.over(boolean(true)).boolean()).toBe(true);
    expect(DerReader.over(Buffer.from('010101', 'hex')).boolean()).toBe(true);
    expect(DerReader.over(boolean(false)).boolean()).toBe(false);
    refuses('01020000', (reader) => reader.boolean());
  });

  it('reads what is optional only when it is there', () => {
    const reader = DerReader.over(Buffer.concat([explicit(0, integer(5)), implicit(1, Buffer.of(9))]));
    expect(reader.explicit(3)).toBeUndefined();
    expect(reader.explicit(0)?.integer()).toBe(5n);
    expect(reader.optional(0x82)).toBeUndefined();
    expect(hex(reader.optional(0x81)?.content ?? Buffer.alloc(0))).toBe('09');
    reader.finish();
  });

  it('names what it found and what it expected', () => {
    expect(faultOf(() => DerReader.over(nullValue()).integer()).message).toContain('0x05 where tag 0x02');
    expect(faultOf(() => DerReader.over(Buffer.alloc(0)).integer()).message).toContain('nothing');
    expect(faultOf(() => readOnly(Buffer.concat([sequence(), nullValue()]))).message).toContain('2 bytes more');
    expect(faultOf(() => DerReader.over(integer(1)).string()).message).toContain('a string');
  });

  it('sorts a SET OF', () => expect(hex(setOf([integer(2), integer(1), nullValue()]))).toBe('3108020101020102' + '0500'));
});

describe('strings', () => {
  it('reads every type', () => {
    expect(decodeString(tags.utf8String, Buffer.from('å€😀'))).toBe('å€😀');
    expect(decodeString(tags.bmpString, bmpString('å€').subarray(2))).toBe('å€');
    expect(decodeString(tags.universalString, Buffer.from('0001f600', 'hex'))).toBe('😀');
    expect(decodeString(tags.t61String, Buffer.from('e5', 'hex'))).toBe('å');
    expect(DerReader.over(utf8String('x')).string()).toBe('x');
    expect(isPrintable('A b-c?')).toBe(true);
    expect(isPrintable('a@b')).toBe(false);
    expect(isIa5('å')).toBe(false);
  });

  it('refuses broken ones', () => {
    for (const [tag, text] of [[tags.utf8String, 'ff'], [tags.bmpString, '00'], [tags.universalString, '0000'], [tags.universalString, '00110000'], [tags.integer, '00']] as const) {
      expect(faultOf(() => decodeString(tag, Buffer.from(text, 'hex'))).code).toBe('invalid_argument');
    }
  });
});

describe('random bytes', () => {
  it('are either read or refused, never anything else', () => {
    const walk = (reader: DerReader): void => {
      while (!reader.isAtEnd) {
        const element = reader.next();
        if (element.tag & 0x20) walk(reader.into(element));
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          walk(DerReader.over(bytes));
        } catch (fault) {
          expect(isAppError(fault)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('of any element come back unchanged', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.uint8Array({ maxLength: 400 }), (tag, content) => {
        const element = DerReader.over(tlv(tag, content)).next();
        expect(element.tag).toBe(tag);
        expect(hex(element.content)).toBe(hex(content));
      }),
    );
  });
});
