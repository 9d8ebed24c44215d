import { expect, it } from '@jest/globals';
import { relativeText } from './time.js';

const now = Date.parse('2026-06-01T12:00:00Z');

it.each([
  ['2026-06-01T12:30:00Z', 'in 30 minutes'],
  ['2026-06-02T12:00:00Z', 'in 24 hours'],
  ['2026-06-11T12:00:00Z', 'in 10 days'],
  ['2026-12-01T12:00:00Z', 'in 6 months'],
  ['2036-06-01T12:00:00Z', 'in 10 years'],
  ['2026-05-20T12:00:00Z', '12 days ago'],
])('says how far away %s is', (timestamp, text) => {
  expect(relativeText(timestamp, now)).toBe(text);
});
