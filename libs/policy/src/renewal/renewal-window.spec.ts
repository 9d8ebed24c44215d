import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { placeOf, renewalWindow, type RenewalTerms } from './renewal-window.js';

const hour = 3_600_000;
const day = 24 * hour;
const begin = new Date('2026-01-01T00:00:00Z');
const after = (ms: number): Date => new Date(begin.getTime() + ms);
const thirty = { name: 'default', days: 30, hours: 0, lifetimeFraction: null };

function window(lifeMs: number, parts: Partial<RenewalTerms> = {}) {
  return renewalWindow({ notBefore: begin, notAfter: after(lifeMs), policy: thirty, isRenewal: false, suggested: null, place: 0, ...parts });
}

describe('the window of a renewal', () => {
  it('begins so many days and hours before the end as the rotation policy says', () => {
    expect(window(90 * day)).toMatchObject({ start: after(60 * day), reason: 'rotation policy "default": 30 days before its end' });
    const policy = { name: 'short', days: 1, hours: 12, lifetimeFraction: null };
    expect(window(160 * hour, { policy })).toMatchObject({ start: after(124 * hour), reason: 'rotation policy "short": 1 day and 12 hours before its end' });
  });

  it('begins when that fraction of the life is left, whatever the days say', () => {
    const policy = { name: 'third', days: 30, hours: 0, lifetimeFraction: 0.25 };
    expect(window(100 * hour, { policy })).toMatchObject({ start: after(75 * hour), reason: 'rotation policy "third": when 25 % of its life are left' });
  });

  it('of a renewal whose CA always says "now" begins a day after it did, or a tenth of a short life', () => {
    const suggested = { start: after(-3 * day), end: after(-2 * day) };
    expect(window(90 * day, { suggested, isRenewal: true, place: 0 })).toMatchObject({ start: after(day), plannedAt: after(day), reason: expect.stringContaining('but not before 2026-01-02 00:00 UTC: it is a renewal itself') });
    expect(window(160 * hour, { suggested, isRenewal: true }).start).toEqual(after(16 * hour));
    expect(window(90 * day, { suggested }).start).toEqual(after(-3 * day));
    expect(window(90 * day, { suggested: { start: after(60 * day), end: after(61 * day) }, isRenewal: true }).start).toEqual(after(60 * day));
  });

  it('never begins before half of a life is over by the policy that nobody chose, nor for what was renewed', () => {
    expect(window(160 * hour)).toMatchObject({ start: after(80 * hour), reason: 'rotation policy "default": 30 days before its end, but not before half of its life is over' });
    const policy = { name: 'long', days: 400, hours: 0, lifetimeFraction: null };
    expect(window(90 * day, { policy, isRenewal: true }).start).toEqual(after(45 * day));
    expect(window(90 * day, { policy: { ...policy, lifetimeFraction: 0.9 }, isRenewal: true }).start).toEqual(after(45 * day));
  });

  it('takes any other policy of an original certificate at its word', () => {
    const policy = { name: 'long', days: 400, hours: 0, lifetimeFraction: null };
    expect(window(90 * day, { policy })).toMatchObject({ start: begin, reason: 'rotation policy "long": 400 days before its end, which is all its life' });
    expect(window(90 * day, { policy: { ...policy, days: 80 } }).start).toEqual(after(10 * day));
  });

  it('is the last day by a policy that says nothing', () => {
    expect(window(90 * day, { policy: { ...thirty, days: 0 } })).toMatchObject({ start: after(89 * day), reason: 'rotation policy "default": on its last day' });
  });

  it('is that of the CA where it suggests one, also when that is earlier', () => {
    const suggested = { start: after(2 * day), end: after(3 * day) };
    const { start, plannedAt, reason } = window(90 * day, { suggested, place: 0.5 });
    expect({ start, plannedAt }).toEqual({ start: after(2 * day), plannedAt: after(2.5 * day) });
    expect(reason).toBe('its CA asks for it between 2026-01-03 00:00 UTC and 2026-01-04 00:00 UTC');
    expect(window(90 * day, { suggested: { start: after(80 * day), end: after(82 * day) } }).start).toEqual(after(80 * day));
  });

  it('is that of the policy where the suggestion makes no sense', () => {
    for (const suggested of [{ start: after(5 * day), end: after(5 * day) }, { start: after(90 * day), end: after(91 * day) }]) expect(window(90 * day, { suggested }).start).toEqual(after(60 * day));
  });

  it('has its times in order, within the life of the certificate', () => {
    const policies = fc.record({ name: fc.constantFrom('default', 'other'), days: fc.nat(36_500), hours: fc.nat(876_000), lifetimeFraction: fc.option(fc.double({ min: 0.001, max: 0.999, noNaN: true })) });
    fc.assert(
      fc.property(fc.integer({ min: hour, max: 20 * 365 * day }), policies, fc.boolean(), fc.double({ min: 0, max: 0.999, noNaN: true }), (lifeMs, policy, isRenewal, place) => {
        const { start, plannedAt, softDeadline, lateAt, lastCallAt, end } = window(lifeMs, { policy, isRenewal, place });
        const times = [begin, start, plannedAt, softDeadline, lateAt, lastCallAt, end].map((time) => time.getTime());
        expect(times).toEqual([...times].sort((a, b) => a - b));
        if (isRenewal || policy.name === 'default') expect(start.getTime() - begin.getTime()).toBeGreaterThanOrEqual(lifeMs / 2 - 1);
      }),
    );
  });
});

describe('places within a window', () => {
  it('are spread evenly over certificates that were issued together', () => {
    for (const first of [1, 77, 1_000_000]) {
      const counts = Array.from({ length: 20 }, () => 0);
      for (let id = first; id < first + 1_000; id += 1) {
        const slot = Math.floor(placeOf(id) * 20);
        counts[slot] = (counts[slot] ?? 0) + 1;
      }
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(45);
      expect(Math.max(...counts)).toBeLessThanOrEqual(55);
    }
  });
});
