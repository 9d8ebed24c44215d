import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { isAbsence, leastPauseMs, mayPass, mostAttempts, untilNextTry } from './pauses.js';

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
  it('that concerns the message alone cannot pass, and is known by its code', () => {
    for (const code of ['failed_precondition', 'invalid_argument'] as const) expect(mayPass(new AppError(code, 'too long'))).toBe(false);
    for (const code of ['upstream_failed', 'upstream_timeout', 'unavailable', 'rate_limited', 'internal', 'permission_denied', 'unauthenticated', 'not_found'] as const) expect(mayPass(new AppError(code, 'x'))).toBe(true);
  });

  it('of a place that is away, or takes nothing from us, is none of the message', () => {
    for (const code of ['unavailable', 'permission_denied', 'not_found'] as const) expect(isAbsence(new AppError(code, 'x'))).toBe(true);
    expect(isAbsence(new AppError('failed_precondition', 'refused', { reason: 'outbound.refused' }))).toBe(true);
    for (const code of ['upstream_failed', 'failed_precondition'] as const) expect(isAbsence(new AppError(code, 'x'))).toBe(false);
  });

  it('of credentials is not repeated until they are locked', () => {
    expect(leastPauseMs(new AppError('permission_denied', 'x'))).toBe(300_000);
    expect(leastPauseMs(new AppError('unavailable', 'x', { retryAfterMs: 7_000 }))).toBe(7_000);
  });
});
