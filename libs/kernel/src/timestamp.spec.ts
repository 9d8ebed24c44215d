import { describe, expect, it } from '@jest/globals';
import { timestamp } from './timestamp.js';

describe('timestamp', () => {
  it.each([
    ['2026-03-01T08:00:00Z', '2026-03-01T08:00:00+00:00'],
    ['2026-03-01T08:00:01.120Z', '2026-03-01T08:00:01.120000+00:00'],
    ['2026-03-01T10:00:00+02:00', '2026-03-01T08:00:00+00:00'],
  ])('writes %s as %s', (text, expected) => {
    expect(timestamp(new Date(text))).toBe(expected);
  });
});
