import { describe, expect, it } from '@jest/globals';
import { crlDue, crlTermsOf, type PublicationState } from './publication.js';
import { RateLimit } from './rate-limit.js';

const hourMs = 3_600_000;
const now = new Date('2026-06-01T12:00:00Z');
const ago = (ms: number): Date => new Date(now.getTime() - ms);
const terms = crlTermsOf({ crlValidityHours: 168, crlIntervalHours: 24, deltaCrlValidityHours: 48 });

const aState = (parts: Partial<PublicationState> = {}): PublicationState => ({
  authorityId: 1,
  slug: 'CA',
  version: 3,
  listedVersion: 3,
  listedAt: ago(hourMs),
  fullNumber: 9,
  deltaNumber: 9,
  baseNumber: 8,
  baseVersion: 2,
  baseAt: ago(2 * hourMs),
  nextTryAt: null,
  lastError: null,
  ...parts,
});

describe('a revocation list is due', () => {
  it.each<[string, Partial<PublicationState>, ReturnType<typeof crlDue>]>([
    ['not while it is young and true', {}, null],
    ['when there is none', { listedAt: null, baseAt: null, baseNumber: null }, 'schedule'],
    ['after a revocation', { version: 4 }, 'change'],
    ['when its delta is missing', { deltaNumber: null }, 'change'],
    ['after a day', { baseAt: ago(24 * hourMs) }, 'schedule'],
    ['not a moment before', { baseAt: ago(24 * hourMs - 1) }, null],
    ['when it comes from the future', { listedAt: ago(-hourMs), baseAt: ago(-hourMs) }, 'schedule'],
  ])('%s', (_title, parts, due) => {
    expect(crlDue(aState(parts), terms, now)).toBe(due);
  });

  it('never later than at half its validity, and that of deltas', () => {
    expect(crlTermsOf({ crlValidityHours: 10, crlIntervalHours: 24, deltaCrlValidityHours: 0 }).intervalMs).toBe(5 * hourMs);
    const short = crlTermsOf({ crlValidityHours: 168, crlIntervalHours: 24, deltaCrlValidityHours: 6 });
    expect(crlDue(aState({ baseAt: ago(3 * hourMs) }), short, now)).toBe('schedule');
  });

  it('without a delta where none are made', () => {
    const none = crlTermsOf({ crlValidityHours: 168, crlIntervalHours: 24, deltaCrlValidityHours: 0 });
    expect(crlDue(aState({ deltaNumber: null }), none, now)).toBeNull();
  });
});

describe('a rate', () => {
  it('lets so many pass a second, and no more after a rest', () => {
    let ms = 0;
    const rate = new RateLimit(3, () => ms);
    const take = (count: number) => Array.from({ length: count }, () => rate.take()).filter(Boolean).length;
    expect(take(10)).toBe(3);
    ms += 500;
    expect(take(10)).toBe(1);
    ms += 60_000;
    expect(take(10)).toBe(3);
  });
});
