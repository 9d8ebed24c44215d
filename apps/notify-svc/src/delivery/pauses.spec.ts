import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { isAbsence, mayPass, mostAttempts, untilNextTry } from './pauses.js';

const day = 86_400_000;

describe('the pause before the next try', () => {
  it('grows from seconds to hours, and all of them together last for days', () => {
    const all = Array.from({ length: mostAttempts - 1 }, (_, index) => untilNextTry(index + 1, undefined, 0.5) ?? 0);
    expect(all[0]).toBe(10_000);
    expect(all.at(-1)).toBe(3 * 3_600_000);
    expect(all.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(5 * day);
    expect(untilNextTry(mostAttempts, undefined, 0.5)).toBeNull();
  });

  it('is never shorter than the other side asked for, up to half a day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: mostAttempts - 1 }), fc.nat(30 * day), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, asked, random) => {
        const pause = untilNextTry(attempts, asked, random) ?? 0;
        return pause >= Math.min(asked, day / 2) && pause <= 0.6 * day;
      }),
    );
  });
});

describe('a fault', () => {
  it('that cannot pass is known by its code', () => {
    expect(mayPass(new AppError('failed_precondition', 'no such channel'))).toBe(false);
    for (const code of ['upstream_failed', 'upstream_timeout', 'unavailable', 'rate_limited', 'internal'] as const) expect(mayPass(new AppError(code, 'x'))).toBe(true);
  });

  it('of a place that is away is none of the message', () => {
    expect(isAbsence(new AppError('unavailable', 'x'))).toBe(true);
    expect(isAbsence(new AppError('upstream_failed', 'x'))).toBe(false);
  });
});
