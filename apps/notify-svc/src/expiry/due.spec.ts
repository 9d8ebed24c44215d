import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dayMs, dueNotices, isDue, isExcluded, isSettledByRenewal, noticeAt, wholeDaysLeft } from './due.js';

const end = new Date('2027-06-01T12:00:00Z');
const before = (days: number, hours = 0) => new Date(end.getTime() - days * dayMs - hours * 3_600_000);
const aYear = { notAfter: end };

describe('an interval', () => {
  it('is due from the day on that has as many whole days left, and not an hour earlier', () => {
    expect(isDue(aYear, 30, before(30, 1))).toBe(true);
    expect(isDue(aYear, 30, before(30, 23))).toBe(true);
    expect(isDue(aYear, 30, before(31))).toBe(false);
  });

  it('that was missed stays due until the end', () => {
    expect(isDue(aYear, 30, before(27))).toBe(true);
    expect(isDue(aYear, 30, before(0, 1))).toBe(true);
    expect(isDue(aYear, 30, end)).toBe(false);
  });

  it('begins with the day that has as many whole days left', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 90 }), (days) => wholeDaysLeft(aYear, noticeAt(aYear, days)) === days && wholeDaysLeft(aYear, new Date(noticeAt(aYear, days).getTime() - 1)) === days + 1));
  });
});

describe('what is told now', () => {
  const notices = [30, 15, 2].map((intervalDays) => ({ intervalDays, audience: 'joe' }));
  const at = (days: number, told: number[] = []) => {
    const { tell, passOver } = dueNotices(aYear, notices, ({ intervalDays }) => told.includes(intervalDays), before(days));
    return [tell.map(({ intervalDays }) => intervalDays), passOver.map(({ intervalDays }) => intervalDays)];
  };

  it('is each interval once', () => {
    expect(at(30)).toEqual([[30], []]);
    expect(at(27, [30])).toEqual([[], []]);
    expect(at(15, [30])).toEqual([[15], []]);
  });

  it('is the nearest alone of several that were missed', () => {
    expect(at(27)).toEqual([[30], []]);
    expect(at(14)).toEqual([[15], [30]]);
    expect(at(1)).toEqual([[2], [30, 15]]);
  });

  it('is nothing further away than what was told', () => {
    expect(at(10, [15])).toEqual([[], [30]]);
  });

  it('is decided for each audience by itself', () => {
    const both = [...notices, { intervalDays: 30, audience: 'chat' }];
    const { tell } = dueNotices(aYear, both, () => false, before(10));
    expect(tell).toEqual([{ intervalDays: 15, audience: 'joe' }, { intervalDays: 30, audience: 'chat' }]);
  });

  it('is, day by day and however often anybody looks, each interval at most once and never more than one at a time', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 6 }), fc.array(fc.double({ min: 0, max: 120, noNaN: true }), { minLength: 1, maxLength: 60 }), (intervals, days) => {
        const all = intervals.map((intervalDays) => ({ intervalDays, audience: 'a' }));
        const noted = new Set<number>();
        const told: number[] = [];
        for (const left of [...days].sort((a, b) => b - a)) {
          const { tell, passOver } = dueNotices(aYear, all, ({ intervalDays }) => noted.has(intervalDays), before(left));
          if (tell.length > 1) return false;
          for (const { intervalDays } of [...tell, ...passOver]) noted.add(intervalDays);
          told.push(...tell.map(({ intervalDays }) => intervalDays));
        }
        // What is told comes nearer and nearer to the end.
        return new Set(told).size === told.length && told.every((each, index) => index === 0 || each < (told[index - 1] ?? 0));
      }),
    );
  });
});

describe('renewal', () => {
  const renewal = { state: 'planned' as const, isLate: false, lateAt: before(10).toISOString() };

  it('settles an end for as long as it is not late', () => {
    expect(isSettledByRenewal({ rotation: true, renewal }, before(11))).toBe(true);
    expect(isSettledByRenewal({ rotation: true, renewal }, before(9))).toBe(false);
    expect(isSettledByRenewal({ rotation: true, renewal: { ...renewal, isLate: true } }, before(11))).toBe(false);
  });

  it('settles nothing that is not rotated, was renewed already, or that nobody wants renewed', () => {
    expect(isSettledByRenewal({ rotation: false, renewal }, before(11))).toBe(false);
    for (const state of ['off', 'renewed'] as const) expect(isSettledByRenewal({ rotation: true, renewal: { ...renewal, state } }, before(11))).toBe(false);
    expect(isSettledByRenewal({ rotation: true, renewal: { ...renewal, lateAt: null } }, before(11))).toBe(false);
  });
});

describe('an exclusion', () => {
  it('is part of a name, whatever the case', () => {
    expect(isExcluded('SAN-Test.corp.test-CA', ['nothing', 'TEST.corp'])).toBe(true);
    expect(isExcluded('shop.corp.test', [])).toBe(false);
  });
});
