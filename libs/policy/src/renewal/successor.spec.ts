import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { certificateFilter, certificatePatternFault, type FilteredCertificate } from './certificate-filter.js';
import { nextInSeries, renewedDescription } from './renewed-name.js';
import { impossibleReissue, renewalVerdict, type RenewalCandidate } from './renewal-verdict.js';
import { successorValidity } from './successor-validity.js';

describe('the name of a renewal', () => {
  it('counts on from the name of the series', () => {
    expect(['shop', 'shop-2', 'shop-9', 'shop-20260101', 'other'].map((name) => nextInSeries('shop', name, 200))).toEqual(['shop-2', 'shop-3', 'shop-10', 'shop-2', 'shop-2']);
    expect(nextInSeries('shop-2', 'shop-2', 200)).toBe('shop-2-2');
  });

  it('fits, however long the series is called', () => {
    fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 300 }), fc.integer({ min: 2, max: 999_999 }), (series, number) => expect(nextInSeries(series, `${series}-${number}`, 200).length).toBeLessThanOrEqual(200)));
  });
});

describe('the description of a renewal', () => {
  it('names the old certificate once, the newest', () => {
    const first = renewedDescription('the shop', 7, 100);
    expect(first).toBe('Reissued by Lemur for cert ID 7, the shop');
    expect(renewedDescription(first, 12, 100)).toBe('Reissued by Lemur for cert ID 12, the shop');
    expect([renewedDescription(null, 7, 100), renewedDescription(renewedDescription('', 7, 100), 8, 100)]).toEqual(['Reissued by Lemur for cert ID 7', 'Reissued by Lemur for cert ID 8']);
  });
});

describe('the validity of a renewal', () => {
  const day = 86_400_000;
  const at = (days: number): Date => new Date(Date.UTC(2026, 0, 1) + days * day);
  const terms = { now: new Date(at(60).getTime() + 789), old: { notBefore: at(0), notAfter: at(90) }, authority: { notBefore: at(-100), notAfter: at(1_000) }, validityDays: null, maxDays: null, allowsWeekendExpiration: true };

  it('is as long as before, from now on, in whole seconds', () => {
    expect(successorValidity(terms)).toEqual({ notBefore: at(60), notAfter: at(150) });
  });

  it('is that of the authority where the configuration says so, and never longer than it advises or than it lasts', () => {
    expect(successorValidity({ ...terms, validityDays: 30 }).notAfter).toEqual(at(90));
    expect(successorValidity({ ...terms, maxDays: 47 }).notAfter).toEqual(at(107));
    expect(successorValidity({ ...terms, authority: { notBefore: at(0), notAfter: at(100) } }).notAfter).toEqual(at(100));
  });

  it('ends on the working day before where nothing ends at weekends', () => {
    expect(successorValidity({ ...terms, validityDays: 45, allowsWeekendExpiration: false }).notAfter.getUTCDay()).toBeGreaterThan(0);
    for (let validityDays = 40; validityDays < 50; validityDays += 1) expect([0, 6]).not.toContain(successorValidity({ ...terms, validityDays, allowsWeekendExpiration: false }).notAfter.getUTCDay());
  });
});

describe('whether a certificate is renewed', () => {
  const wanted: RenewalCandidate = { rotation: true, status: null, isOnHold: false, isDeleted: false, replacedBy: null, isAuthorityCertificate: false, authorityName: 'CA', hasKey: true, hasForeignRequest: false, isFiltered: false };
  const reasonOf = (parts: Partial<RenewalCandidate>): string => {
    const verdict = renewalVerdict({ ...wanted, ...parts });
    return verdict.isWanted ? 'wanted' : verdict.reason;
  };

  it('is said with the weightiest reason', () => {
    expect(reasonOf({})).toBe('wanted');
    expect(reasonOf({ rotation: false })).toBe('rotation is off');
    expect(reasonOf({ status: 'revoked', rotation: false })).toBe('it is revoked');
    expect(reasonOf({ status: 'revoked', isOnHold: true })).toContain('on hold');
    expect(reasonOf({ isDeleted: true, status: 'revoked' })).toBe('it is deleted');
    expect(reasonOf({ replacedBy: 'young', isDeleted: true })).toBe('"young" took its place');
    expect(reasonOf({ isFiltered: true })).toContain('reissueFilter');
    expect(reasonOf({ authorityName: null })).toContain('no authority');
  });

  it('with its key elsewhere cannot be, whoever asks', () => {
    expect(impossibleReissue({ ...wanted, hasKey: false, hasForeignRequest: true })).toContain('its private key is elsewhere');
    expect(impossibleReissue({ ...wanted, hasKey: false })).toBeNull();
    expect(impossibleReissue({ ...wanted, isAuthorityCertificate: true })).toContain('certificate of an authority');
  });
});

describe('a filter of certificates', () => {
  const shop: FilteredCertificate = { owners: ['web@corp.test'], names: ['shop-1'], commonNames: ['shop.corp.test'], authorities: ['Corp CA'], issuers: ['corpca', 'cryptography-issuer'], destinations: ['3', '4'] };
  const accepts = (filter: Parameters<typeof certificateFilter>[0]): boolean => certificateFilter(filter).accepts(shop);

  it('lets everything pass that it does not speak of', () => {
    expect(accepts({})).toBe(true);
    expect(accepts({ include: { owners: [] }, exclude: {} })).toBe(true);
  });

  it('wants a match in every included field, in small letters or capitals, and none in any excluded one', () => {
    expect(accepts({ include: { owners: ['WEB@.*'], names: ['shop-[0-9]+', 'x'] } })).toBe(true);
    expect(accepts({ include: { owners: ['web@.*'], names: ['shop'] } })).toBe(false);
    expect(accepts({ exclude: { destinations: ['4'] } })).toBe(false);
    expect(accepts({ include: { authorities: ['corp ca'] }, exclude: { issuers: ['acme-.*'] } })).toBe(true);
  });

  it('refuses what is no pattern', () => {
    expect(certificatePatternFault('(')).not.toBeNull();
    expect(() => certificateFilter({ include: { names: ['('] } })).toThrow('not a regular expression');
  });
});
