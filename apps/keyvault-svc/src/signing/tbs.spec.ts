import { describe, expect, it } from '@jest/globals';
import { der } from '@sifaka/pki';
import fc from 'fast-check';
import { certificateSerial, normalSerial } from './tbs.js';

const { sequence, integer, explicit, oid, nullValue, time, setOf } = der;
const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
const name = sequence(setOf([sequence(oid('2.5.4.3'), der.utf8String('x'))]));
const now = time(new Date('2026-01-01T00:00:00Z'));
const validity = sequence(now, now);
const spki = sequence(sequence(oid('1.3.101.112')), der.bitString(Buffer.alloc(32)));

const certificateV3 = (serial: bigint) => sequence(explicit(0, integer(2)), integer(serial), algorithm, name, validity, name, spki);

describe('the serial number in the bytes to be signed', () => {
  it('is that of a certificate', () => {
    expect(certificateSerial(certificateV3(0x0a1bn))).toBe('A1B');
    expect(certificateSerial(certificateV3(0xff00n))).toBe('FF00');
  });

  it('is that of a certificate of version 1, which has no version field', () => {
    expect(certificateSerial(sequence(integer(7), algorithm, name, validity, name, spki))).toBe('7');
  });

  it.each([
    ['CRL of version 2', sequence(integer(1), algorithm, name, now, now)],
    ['CRL of version 1', sequence(algorithm, name, now)],
    ['certification request', sequence(integer(0), name, spki, explicit(0, Buffer.alloc(0)))],
    ['OCSP response', sequence(der.tlv(0xa1, name), now, sequence())],
    ['OCSP response with a version', sequence(explicit(0, integer(0)), der.tlv(0xa1, name), now, sequence())],
    ['JSON', Buffer.from('{"url":"https://example.org"}')],
    ['null', nullValue()],
    ['nothing', Buffer.alloc(0)],
  ])('is not there in a %s', (_, bytes) => {
    expect(certificateSerial(bytes)).toBeNull();
  });

  it('is looked for in any bytes without a fault', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void certificateSerial(bytes)));
  });

  it('has one spelling', () => {
    expect(normalSerial('00ab')).toBe('AB');
    expect(normalSerial('0')).toBe('0');
  });
});
