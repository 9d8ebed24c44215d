import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { authorityPauseMs, renewalPauseMs } from './renewal-backoff.js';

const minute = 60_000;
const hour = 60 * minute;
const plain = { retryAfterMs: undefined, random: 0.5 };

describe('the pause after a failed attempt', () => {
  it('begins with a minute and doubles up to six hours', () => {
    const pauses = [1, 2, 3, 10, 40].map((attempts) => renewalPauseMs({ ...plain, attempts, leftMs: 1_000 * hour }));
    expect(pauses).toEqual([minute, 2 * minute, 4 * minute, 6 * hour, 6 * hour]);
  });

  it('leaves room for fifteen more attempts before the end, and keeps what the authority asks for within reason', () => {
    expect(renewalPauseMs({ ...plain, attempts: 10, leftMs: 16 * hour })).toBe(hour);
    expect(renewalPauseMs({ ...plain, attempts: 1, leftMs: 100 * hour, retryAfterMs: 2 * hour })).toBe(2 * hour);
    expect(renewalPauseMs({ ...plain, attempts: 1, leftMs: 4 * hour, retryAfterMs: 20 * hour })).toBe(hour);
  });

  it('is never shorter than half a minute, nor longer than what is bearable', () => {
    const attempt = fc.record({ attempts: fc.integer({ min: 1, max: 1_000 }), leftMs: fc.integer({ min: -1_000 * hour, max: 10_000 * hour }), retryAfterMs: fc.option(fc.nat(100 * hour), { nil: undefined }), random: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(attempt, (failed) => {
        const pause = renewalPauseMs(failed);
        expect(pause).toBeGreaterThanOrEqual(minute / 2);
        if (failed.leftMs > 0) expect(pause).toBeLessThanOrEqual(Math.max(minute / 2, failed.retryAfterMs === undefined ? failed.leftMs / 16 + 1 : failed.leftMs / 4 + 1));
        else expect(pause).toBeLessThanOrEqual(6 * hour);
      }),
    );
  });

  it('of an authority is half a minute to half an hour, or what it asks for', () => {
    expect([1, 2, 20].map((failures) => authorityPauseMs({ ...plain, failures }))).toEqual([minute / 2, minute, 30 * minute]);
    expect(authorityPauseMs({ ...plain, failures: 1, retryAfterMs: hour })).toBe(hour);
  });
});
