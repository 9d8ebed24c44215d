import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import fc from 'fast-check';
import { isAbsence, mayPass, mostAttempts, untilNextTry } from './pauses.js';

const random = fc.double({ min: 0, max: 1, noNaN: true });

describe('pauses between tries', () => {
  it('begin with some seconds and end with an hour, a quarter more or less', () => {
    expect([1, 2, 3, 30].map((attempts) => untilNextTry(attempts, undefined, 0.5))).toEqual([5_000, 10_000, 20_000, 3_600_000]);
    fc.assert(fc.property(fc.integer({ min: 1, max: mostAttempts - 1 }), random, (attempts, chance) => {
      const pauseMs = untilNextTry(attempts, undefined, chance) ?? 0;
      expect(pauseMs).toBeGreaterThanOrEqual(3_750);
      expect(pauseMs).toBeLessThanOrEqual(4_500_000);
    }));
  });

  it('are never shorter than the other side asks for', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 3_600_000 }), random, (attempts, askedMs, chance) => {
      expect(untilNextTry(attempts, askedMs, chance)).toBeGreaterThanOrEqual(askedMs);
    }));
  });

  it('end after a day of tries', () => {
    expect(untilNextTry(mostAttempts, undefined, 0)).toBeNull();
  });
});

it('faults that never become right by themselves are told from those that may', () => {
  expect(mayPass(new AppError('permission_denied', 'no'))).toBe(false);
  expect(mayPass(new AppError('upstream_failed', 'no'))).toBe(true);
  expect(mayPass(new TypeError('a bug'))).toBe(true);
  expect(isAbsence(new AppError('unavailable', 'no'))).toBe(true);
  expect(isAbsence(new AppError('upstream_failed', 'half-way'))).toBe(false);
});
