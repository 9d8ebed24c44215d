import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dnsName, nameInZone, quoteTxt, requireZoneOf, unquoteTxt, zoneOf } from './txt-record.js';

describe('the zone of a name', () => {
  it('is the longest one that ends it on a label boundary, whatever the case and the last dot', () => {
    const zones = ['example.test', 'Sub.Example.test.', 'test', 'other.test'];
    expect(zoneOf('_acme-challenge.www.SUB.example.test', zones)).toBe('Sub.Example.test.');
    expect(zoneOf('_acme-challenge.badsub.example.test.', zones)).toBe('example.test');
    expect(zoneOf('sub.example.test', zones)).toBe('Sub.Example.test.');
    expect(zoneOf('_acme-challenge.example.org', zones)).toBeUndefined();
  });

  it('is asked for by name when there is none', () => {
    expect(() => requireZoneOf('a.example.org', ['example.test'], 'PowerDNS')).toThrow('"a.example.org" lies in no zone of PowerDNS: it has example.test');
    expect(() => requireZoneOf('a.example.org', [], 'PowerDNS')).toThrow('it has none');
  });

  it('can be cut off', () => {
    expect(nameInZone('_acme-challenge.A.example.test', 'example.test.')).toBe('_acme-challenge.a');
    expect(nameInZone('example.test', 'example.test')).toBe('');
    expect(dnsName('A.Example.Test.')).toBe('a.example.test');
  });
});

describe('a TXT value', () => {
  it('is quoted, escaped and cut into strings of 255 octets', () => {
    expect(quoteTxt('plain')).toBe('"plain"');
    expect(quoteTxt('')).toBe('""');
    expect(quoteTxt('say "\\" ü')).toBe('"say \\"\\\\\\" \\195\\188"');
    expect(quoteTxt('x'.repeat(300))).toBe(`"${'x'.repeat(255)}" "${'x'.repeat(45)}"`);
  });

  it('is read from unquoted strings as well', () => {
    expect(unquoteTxt('plain')).toBe('plain');
    expect(unquoteTxt('"a b"  "c"')).toBe('a bc');
    expect(unquoteTxt('"a\\;b"')).toBe('a;b');
  });

  it('comes back as it went', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 700 }), (value) => {
      const wellFormed = value.toWellFormed();
      expect(unquoteTxt(quoteTxt(wellFormed))).toBe(wellFormed);
    }));
  });

  it('is read without a fault, whatever it is', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('"', '\\', ' ', '0', '9', '2', 'a', 'ü') }), (text) => void unquoteTxt(text)));
  });
});
