import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defaultLabel, isDefaultOf, isSomebodyElses, stemsOf } from './default-label.js';

describe('the label of a default notification', () => {
  it('is that of Lemur', () => {
    expect(defaultLabel(stemsOf('joe@a.test')[0], 30)).toBe('DEFAULT_JOE_30_DAY');
  });

  it('has the domain for the second owner of that name', () => {
    expect(defaultLabel(stemsOf('joe@b.test')[1], 30)).toBe('DEFAULT_JOE_B_TEST_30_DAY');
  });

  it('is never longer than 128 characters, and different for different owners', () => {
    fc.assert(
      fc.property(fc.emailAddress(), fc.emailAddress(), fc.string({ minLength: 60, maxLength: 60 }), fc.integer({ min: 0, max: 90 }), (one, other, long, days) => {
        const stems = [one, other, `${long}${one}`, `${long}${long}`].map((owner) => stemsOf(owner.toLowerCase()));
        for (const stem of stems.flat()) expect(defaultLabel(stem, days).length).toBeLessThanOrEqual(128);
        return one.toLowerCase() === other.toLowerCase() || stemsOf(one.toLowerCase())[2] !== stemsOf(other.toLowerCase())[2];
      }),
    );
  });

  it('is known as that of its owner alone', () => {
    expect(isDefaultOf('JOE', 'DEFAULT_JOE_30_DAY')).toBe(true);
    for (const label of ['DEFAULT_JOEL_30_DAY', 'DEFAULT_JOE_B_TEST_30_DAY', 'DEFAULT_JOE_30_DAYS', 'DEFAULT_JOE__DAY', 'JOE_30_DAY']) expect(isDefaultOf('JOE', label)).toBe(false);
  });
});

describe('a notification that was there before', () => {
  it('is taken over unless it tells somebody of the same name elsewhere', () => {
    expect(isSomebodyElses('joe@b.test', ['joe@a.test'])).toBe(true);
    expect(isSomebodyElses('joe@b.test', ['joe@a.test', 'joe@b.test'])).toBe(false);
    expect(isSomebodyElses('joe@b.test', ['team@a.test'])).toBe(false);
    expect(isSomebodyElses('nobody', ['@a.test'])).toBe(false);
  });
});
