import { describe, expect, it } from '@jest/globals';
import { nameOids, type GeneralName } from '@sifaka/pki';
import fc from 'fast-check';
import { allowedDomains } from '../allowed-domains.js';
import { chain, comply, refuse } from '../chain.js';
import { aCsr } from '../test/a-csr.js';
import { anAsk, anAuthority, at, judge, now } from '../test/judging.js';
import { draftIssuance } from './draft-issuance.js';
import type { IssuanceAsk } from './issuance-input.js';
import { checkedNames, commonNameAsDomain } from './name-rules.js';
import { signingHash } from './signing-hash.js';
import { resolveValidity } from './validity.js';

describe('comply', () => {
  const policy = chain<number>(
    (input) => (input > 3 ? refuse('value', `${input} is more than 3`, 'policy.large') : null),
    (input) => (input % 2 === 1 ? [refuse('value', `${input} is odd`, 'policy.odd')] : []),
  );

  it('lets pass what no rule refuses', () => {
    expect(() => comply(policy, 2)).not.toThrow();
  });

  it('names every refusal, with the reason of the first', () => {
    expect(() => comply(policy, 5)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', reason: 'policy.large', message: 'value: 5 is more than 3; value: 5 is odd', fields: expect.any(Array) }),
    );
  });
});

describe('allowed domains', () => {
  it('match from the start, not necessarily to the end', () => {
    const domains = allowedDomains(['[a-z0-9-]+\\.example\\.com']);
    expect(domains.allows('shop.example.com')).toBe(true);
    expect(domains.allows('shop.example.com.evil.test')).toBe(true);
    expect(domains.allows('x.shop.example.com')).toBe(false);
    expect(domains.allows('*.example.com')).toBe(false);
  });

  it('take linear time whatever the pattern', () => {
    const domains = allowedDomains(['^(a+)+$']);
    const startedAt = performance.now();
    expect(domains.allows(`${'a'.repeat(5_000)}!`)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('name a pattern that is none', () => {
    expect(() => allowedDomains(['(?=x)'])).toThrow('allowed domain "(?=x)"');
  });
});

describe('names', () => {
  it.each([
    [' evil.com ', 'evil.com'],
    ['Names with spaces', null],
    ['   ', null],
    ['localhost', 'localhost'],
  ])('take common name "%s" for the domain %s', (commonName, domain) => {
    expect(commonNameAsDomain(commonName)).toBe(domain);
  });

  const rules = { allowedDomains: allowedDomains(['^[a-z]+\\.corp\\.test$']), sensitiveNames: new Set(['crown.corp.test']) };

  it('are judged wherever they stand, each where it stands', () => {
    const subjectAltNames: GeneralName[] = [{ type: 'dns', value: 'evil.com' }, { type: 'dns', value: 'crown.corp.test' }, { type: 'ip', value: '192.0.2.1' }];
    expect(judge({ commonName: 'bad.com', extensions: { subjectAltNames } }, rules)).toEqual([
      'commonName policy.domain_not_allowed',
      'extensions.subAltNames.names policy.domain_not_allowed',
      'extensions.subAltNames.names policy.domain_sensitive',
    ]);
  });

  it('are the same in capital letters', () => {
    const subjectAltNames: GeneralName[] = [{ type: 'dns', value: 'CROWN.corp.test' }];
    expect(judge({ commonName: 'Shop.Corp.Test', extensions: { subjectAltNames } }, rules)).toEqual(['extensions.subAltNames.names policy.domain_sensitive']);
    expect(checkedNames({ ssh: null, commonName: 'A.test', extensions: { subjectAltNames: [{ type: 'dns', value: 'a.TEST' }] } })).toEqual(['a.test']);
  });

  it('are free for those who enter any domain', () => {
    expect(judge({ commonName: 'bad.com' }, { ...rules, caller: { entersAnyDomain: true, isAdmin: false } })).toEqual([]);
  });

  it('gain the common name when it is a host, as the first', () => {
    const namesOf = (commonName: string, ...names: GeneralName[]) =>
      draftIssuance(anAsk({ commonName, extensions: { subjectAltNames: names } }), { now, authority: null, rootValidityDays: 1, allowWeekendExpiration: true }).extensions.subjectAltNames;
    const www: GeneralName = { type: 'dns', value: 'www.corp.test' };
    expect(namesOf('shop.corp.test', www)).toEqual([{ type: 'dns', value: 'shop.corp.test' }, www]);
    expect(namesOf('WWW.corp.test', www)).toEqual([www]);
    expect(namesOf('192.0.2.1')).toEqual([{ type: 'ip', value: '192.0.2.1' }]);
    expect(namesOf('Root CA 1', www, www)).toEqual([www]);
  });

  it('that are checked are the common name and the DNS names', () => {
    const extensions = { subjectAltNames: [{ type: 'email', value: 'a@corp.test' }, { type: 'dns', value: 'b.corp.test' }] satisfies GeneralName[] };
    expect(checkedNames({ ssh: null, commonName: 'a.corp.test', extensions })).toEqual(['a.corp.test', 'b.corp.test']);
  });

  it('of an authority include a common name, always', () => {
    expect(judge({ kind: 'ca', commonName: ' ' }, { authority: null })).toEqual(['commonName policy.common_name_missing']);
  });
});

describe('validity', () => {
  const settings = { now, authority: anAuthority(), defaultValidityDays: 3_652, allowWeekendExpiration: true };
  const resolve = (parts: Partial<IssuanceAsk>, other = {}) => resolveValidity(anAsk(parts), { ...settings, ...other });

  it('is the default of the authority when none is asked, and ends with the authority at the latest', () => {
    expect(resolve({})).toMatchObject({ notBefore: at('2026-03-04T12:00:00Z'), notAfter: at('2026-06-02T12:00:00Z') });
    expect(resolve({}, { authority: anAuthority('2026-01-01T08:00:00Z', '2026-04-01T08:00:00Z') }).notAfter).toEqual(at('2026-04-01T08:00:00Z'));
  });

  it('counts years by the calendar, over any dates', () => {
    expect(resolve({ validityYears: 2, validityEnd: at('2026-05-01T00:00:00Z') }, { authority: null }).notAfter).toEqual(at('2028-03-04T12:00:00Z'));
    expect(resolve({ validityYears: 1 }, { authority: null, now: at('2028-02-29T00:00:00Z') }).notAfter).toEqual(at('2029-02-28T00:00:00Z'));
    expect(resolve({ validityYears: 0, validityStart: at('2026-04-01T00:00:00Z'), validityEnd: at('2026-05-01T00:00:00Z') }).notAfter).toEqual(at('2026-05-01T00:00:00Z'));
  });

  it('keeps to the exact moments of the authority on its first and last day', () => {
    const fitted = resolve({ validityStart: at('2026-01-01T00:00:00Z'), validityEnd: at('2027-01-01T23:59:59Z') });
    expect(fitted).toMatchObject({ notBefore: at('2026-01-01T08:00:00Z'), notAfter: at('2027-01-01T08:00:00Z') });
    expect(judge({ validityStart: at('2026-01-01T00:00:00Z'), validityEnd: at('2027-01-01T23:59:59Z') })).toEqual([]);
  });

  it.each([
    ['an end alone', { validityEnd: at('2026-05-01T00:00:00Z') }, 'Schema.validity policy.validity_incomplete'],
    ['equal start and end', { validityStart: at('2026-05-01T00:00:00Z'), validityEnd: at('2026-05-01T00:00:00Z') }, 'Schema.validity policy.validity_order'],
    ['the day before the authority', { validityStart: at('2025-12-31T23:59:59Z'), validityEnd: at('2026-05-01T00:00:00Z') }, 'Schema.validityStart policy.validity_before_authority'],
    ['the day after the authority', { validityStart: at('2026-05-01T00:00:00Z'), validityEnd: at('2027-01-02T00:00:00Z') }, 'Schema.validityEnd policy.validity_after_authority'],
  ])('is refused with %s', (_what, parts, refusal) => {
    expect(judge(parts)).toContain(refusal);
  });

  it('may lie in the past', () => {
    expect(judge({ validityStart: at('2026-01-02T00:00:00Z'), validityEnd: at('2026-01-03T00:00:00Z') })).toEqual([]);
  });

  it.each([
    ['2026-06-05', []],
    ['2026-06-06', ['Schema.validityEnd policy.validity_weekend']],
    ['2026-06-07', ['Schema.validityEnd policy.validity_weekend']],
    ['2026-06-08', []],
  ])('that ends on %s is refused where weekends are: %s', (end, refusals) => {
    const dates = { validityStart: at('2026-05-01T00:00:00Z'), validityEnd: at(`${end}T10:00:00Z`) };
    expect(judge(dates, { allowWeekendExpiration: false })).toEqual(refusals);
    expect(judge(dates)).toEqual([]);
  });

  it('that is computed never ends at a weekend where that is not wanted, and at most two days early', () => {
    fc.assert(
      fc.property(fc.date({ min: at('2000-01-01T00:00:00Z'), max: at('2200-01-01T00:00:00Z'), noInvalidDate: true }), fc.integer({ min: 1, max: 50 }), (today, years) => {
        const strict = resolveValidity(anAsk({ validityYears: years }), { ...settings, authority: null, now: today, allowWeekendExpiration: false });
        const free = resolveValidity(anAsk({ validityYears: years }), { ...settings, authority: null, now: today });
        const earlyDays = (free.notAfter.getTime() - strict.notAfter.getTime()) / 86_400_000;
        return ![0, 6].includes(strict.notAfter.getUTCDay()) && [0, 1, 2].includes(earlyDays) && strict.notBefore.getUTCMilliseconds() === 0;
      }),
    );
  });

  it('that passes never leaves that of the authority', () => {
    const dates = fc.date({ min: at('2025-12-01T00:00:00Z'), max: at('2027-02-01T00:00:00Z'), noInvalidDate: true });
    fc.assert(
      fc.property(dates, dates, (validityStart, validityEnd) => {
        if (judge({ validityStart, validityEnd }).length > 0) return true;
        const { notBefore, notAfter } = resolve({ validityStart, validityEnd });
        const [ca] = anAuthority().chain;
        return ca !== undefined && notBefore >= ca.notBefore && notAfter <= ca.notAfter;
      }),
    );
  });
});

describe('extensions', () => {
  it.each([
    ['a CA', { basicConstraints: { isCa: true } }, 'extensions.basicConstraints policy.ca_extension'],
    ['a signer of certificates', { keyUsage: ['keyCertSign' as const] }, 'extensions.keyUsage policy.ca_extension'],
    ['encipherOnly with decipherOnly', { keyUsage: ['encipherOnly' as const, 'decipherOnly' as const] }, 'extensions.keyUsage policy.key_usage'],
    ['an extension twice', { custom: [1, 2].map(() => ({ oid: '1.2.3', isCritical: false, value: Buffer.alloc(2) })) }, 'extensions.custom policy.custom_extension'],
    ['basicConstraints by its number', { custom: [{ oid: '2.5.29.19', isCritical: true, value: Buffer.alloc(2) }] }, 'extensions.custom policy.custom_extension'],
  ])('do not make of a certificate %s', (_what, extensions, refusal) => {
    expect(judge({ extensions })).toEqual([refusal]);
  });

  it.each([
    ['signs revocation lists', { keyUsage: ['crlSign' as const] }, 'extensions.keyUsage policy.delegated_authority'],
    ['signs OCSP answers', { extendedKeyUsage: ['1.3.6.1.5.5.7.3.9'] }, 'extensions.extendedKeyUsage policy.delegated_authority'],
  ])('speak for the authority only at the word of an administrator: what %s', (_what, extensions, refusal) => {
    expect(judge({ extensions })).toEqual([refusal]);
    expect(judge({ csr: aCsr(['shop.corp.test'], extensions) })).toEqual(['csr policy.delegated_authority']);
    expect(judge({ extensions }, { caller: { entersAnyDomain: true, isAdmin: true } })).toEqual([]);
  });

  it('of an authority say so themselves', () => {
    const ask = anAsk({ kind: 'ca', commonName: 'Root' });
    const { extensions, subject } = draftIssuance(ask, { now, authority: null, rootValidityDays: 1, allowWeekendExpiration: true });
    expect(extensions).toMatchObject({ basicConstraints: { isCa: true }, keyUsage: ['keyCertSign', 'crlSign'], subjectAltNames: [] });
    expect(subject).toEqual([{ oid: nameOids.commonName, value: 'Root' }]);
  });
});

describe('keys and hashes', () => {
  it('are those that there are', () => {
    expect(judge({ keyType: 'RSA1024' })).toEqual(['keyType policy.key_type_unknown']);
    expect(judge({ keyType: 'ECCSECT163K1' })).toEqual(['keyType policy.key_type_unknown']);
    expect(judge({ signingAlgorithm: 'md5WithRSA' })).toEqual(['signingAlgorithm policy.hash_unknown']);
  });

  it.each([
    ['sha256WithRSA', 'sha256'],
    ['sha1WithRSA', 'sha256'],
    ['SHA384withECDSA', 'sha384'],
    ['sha512', 'sha512'],
    ['md5', undefined],
  ])('of signing algorithm %s is %s', (name, hash) => {
    expect(signingHash(name)).toBe(hash);
  });
});

describe('an authority', () => {
  it('issues while it is active', () => {
    expect(judge({}, { authority: anAuthority(undefined, undefined, { active: false }) })).toEqual(['authority policy.authority_inactive']);
    expect(judge({ kind: 'ca' }, { authority: anAuthority(undefined, undefined, { active: false }) })).toContain('parent policy.authority_inactive');
  });
});
