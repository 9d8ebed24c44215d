import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nameOids, subjectFrom } from '../name/name.js';
import { faultOf } from '../test/builders.js';
import { certificateName, nextFreeName } from './certificate-name.js';
import { issuerSlug, slugify } from './slug.js';

describe('slugify', () => {
  it.each([
    ['föö bär', 'foo-bar'],
    ['☃', ''],
    ['xn--mnchen-3ya.de', 'xn--mnchen-3ya.de'],
    ['a--b', 'a-b'],
    ['a_b', 'a-b'],
    ['-a-', 'a'],
    ['*.x', '.x'],
    ['ﬁne Ⅷ ①', 'fine-VIII-1'],
    ['xn---x', 'xn-x'],
    ['xn--', 'xn'],
    ['xn--_a', 'xn-a'],
    ['san-xn--a.xn--b', 'san-xn--a.xn--b'],
    ['Example Inc,', 'Example-Inc'],
    ['', ''],
  ])('%p becomes %p', (text, slug) => expect(slugify(text)).toBe(slug));

  it('leaves only letters, digits, dots and single hyphens, and changes nothing twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const slug = slugify(text);
        expect(slug).toMatch(/^(?:[A-Za-z0-9.]+(?:--?[A-Za-z0-9.]+)*)?$/);
        expect(slugify(slug)).toBe(slug);
      }),
    );
  });

  it('refuses more than 10,000 characters', () => {
    expect(slugify('a'.repeat(10_000))).toHaveLength(10_000);
    expect(faultOf(() => slugify('a'.repeat(10_001))).code).toBe('invalid_argument');
  });

  it('ends quickly on runs of anything', () => expect(slugify(`a${'-☃ '.repeat(3_000)}b`)).toBe('a-b'));
});

describe('issuerSlug', () => {
  const of = (parts: Parameters<typeof subjectFrom>[0], isSelfSigned = false) => issuerSlug({ issuer: subjectFrom(parts), isSelfSigned });
  it.each([
    [of({ commonName: 'Corp Issuing CA 2' }), 'CorpIssuingCA2'],
    [of({ organization: 'Example Inc,' }), 'ExampleInc'],
    [of({ commonName: 'CN', organization: 'O' }), 'CN'],
    [of({ country: 'NO' }), '<unknown>'],
    [of({ commonName: '☃' }), '<unknown>'],
    [of({ commonName: 'x' }, true), '<selfsigned>'],
    [issuerSlug({ issuer: [{ oid: nameOids.commonName, value: ' ' }, { oid: nameOids.organization, value: 'O' }], isSelfSigned: false }), 'O'],
  ])('%p', (slug, expected) => expect(slug).toBe(expected));
});

describe('certificateName', () => {
  const dates = { notBefore: new Date('2026-03-01T08:00:00Z'), notAfter: new Date('2027-03-01T23:59:59Z') };
  it.each([
    [{ cn: 'shop.corp.test', domains: ['shop.corp.test', '192.0.2.10'], issuer: 'CorpIssuingCA2' }, 'SAN-shop.corp.test-CorpIssuingCA2-20260301-20270301'],
    [{ cn: 'shop.corp.test', domains: ['shop.corp.test'], issuer: 'CorpIssuingCA2' }, 'shop.corp.test-CorpIssuingCA2-20260301-20270301'],
    [{ cn: '*.corp.test', domains: [], issuer: 'CA' }, 'WILDCARD.corp.test-CA-20260301-20270301'],
    [{ cn: '  ', domains: ['a.test', 'b.test'], issuer: 'CA' }, 'SAN-a.test-CA-20260301-20270301'],
    [{ cn: null, domains: ['*.a.test'], issuer: 'CA' }, 'WILDCARD.a.test-CA-20260301-20270301'],
    [{ cn: 'selfie.example.org', domains: [], issuer: '<selfsigned>' }, 'selfie.example.org-selfsigned-20260301-20270301'],
    [{ cn: 'a.test', domains: [], issuer: 'Async CA' }, 'a.test-AsyncCA-20260301-20270301'],
    [{ cn: 'Names with spaces', domains: [], issuer: 'CA' }, 'Names-with-spaces-CA-20260301-20270301'],
    [{ cn: 'xn--mnchen-3ya.de', domains: [], issuer: 'CA' }, 'xn--mnchen-3ya.de-CA-20260301-20270301'],
  ])('%j', (input, expected) => expect(certificateName({ ...input, ...dates })).toBe(expected));

  it('needs a common name or a domain', () => {
    expect(faultOf(() => certificateName({ cn: ' ', domains: [], issuer: 'CA', ...dates })).fields?.[0]?.path).toBe('commonName');
  });
});

describe('nextFreeName', () => {
  it('goes base, base-HEX, base-HEX-1, base-HEX-2', () => {
    const taken: string[] = [];
    for (const expected of ['a', 'a-FF', 'a-FF-1', 'a-FF-2', 'a-FF-3']) {
      expect(nextFreeName('a', 'FF', taken)).toBe(expected);
      taken.push(expected);
    }
  });

  it.each([
    ['compares exactly', ['A'], 'FF', 'a'],
    ['counts on the highest', ['a', 'a-FF', 'a-FF-7', 'a-FF-2'], 'FF', 'a-FF-8'],
    ['counts in any case', ['a', 'a-FF', 'A-ff-7'], 'FF', 'a-FF-8'],
    ['takes eight digits for a date', ['a', 'a-FF', 'a-FF-20270301'], 'FF', 'a-FF-1'],
    ['never reaches eight digits', ['a', 'a-FF', 'a-FF-9999999'], 'FF', 'a-FF-100000000'],
    ['takes a serial of decimal digits for a serial', ['a', 'a-1234'], '1234', 'a-1234-1'],
    ['ignores what is no number', ['a', 'a-FF', 'a-FF-x', 'a-FF-', 'a-FF-1-2'], 'FF', 'a-FF-1'],
    ['also when the base ends in a date', ['x-20260301', 'x-20260301-FF'], 'FF', 'a'],
  ])('%s', (_rule, taken, serial, expected) => expect(nextFreeName('a', serial, taken)).toBe(expected));

  it('steps over eight digits to a free name', () => expect(nextFreeName('a', 'F', ['a', 'a-F', 'a-F-9999999', 'a-F-100000000'])).toBe('a-F-100000001'));

  it('names the nameless by their serial', () => {
    expect(nextFreeName('', 'FF', [])).toBe('');
    expect(nextFreeName('', 'FF', [''])).toBe('FF');
  });

  it('is never taken', () => {
    const name = fc.constantFrom('a', 'A', 'a-FF', 'a-ff', 'a-FF-1', 'a-FF-2', 'a-FF-3', 'a-FF-9', 'a-FF-20260101', 'a-FF-x');
    fc.assert(fc.property(fc.array(name), (taken) => expect(taken).not.toContain(nextFreeName('a', 'FF', taken))));
  });
});
