import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pauseMs } from './backoff.js';

describe('the pause before an issuer is asked again', () => {
  it('doubles from five seconds to an hour', () => {
    const pauses = [0, 1, 2, 5, 9, 10, 400].map((attempts) => pauseMs({ attempts, retryAfterMs: undefined, random: 0.5 }));
    expect(pauses).toEqual([5_000, 10_000, 20_000, 160_000, 2_560_000, 3_600_000, 3_600_000]);
  });

  it('varies by a quarter and never exceeds an hour', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
        const pause = pauseMs({ attempts, retryAfterMs: undefined, random });
        expect(pause).toBeGreaterThanOrEqual(3_750);
        expect(pause).toBeLessThanOrEqual(3_600_000);
      }),
    );
  });

  it('is never shorter than the other side asked for, and never longer than a day and a tenth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 2 ** 31 }), fc.double({ min: 0, max: 1, noNaN: true }), (retryAfterMs, random) => {
        const pause = pauseMs({ attempts: 7, retryAfterMs, random });
        expect(pause).toBeGreaterThanOrEqual(Math.min(retryAfterMs, 86_400_000));
        expect(pause).toBeLessThanOrEqual(95_040_000);
      }),
    );
  });

  it('is half a second for who says at once', () => {
    expect(pauseMs({ attempts: 0, retryAfterMs: 1, random: 0 })).toBe(500);
  });
});
