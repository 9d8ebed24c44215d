import { expect, it } from '@jest/globals';
import { policyText } from './policy-text.js';

it.each([
  [{ days: 30 }, '30 days before its end'],
  [{ days: 1, hours: 12 }, '1 day and 12 hours before its end'],
  [{ days: 0, hours: 1, lifetimeFraction: null }, '1 hour before its end'],
  [{ days: 30, hours: 0, lifetimeFraction: 0.333 }, 'when 33.3 % of its life is left'],
  [{ days: 0, hours: 0 }, 'never'],
])('says what %o means', (policy, text) => {
  expect(policyText(policy)).toBe(text);
});
