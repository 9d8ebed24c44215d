import { describe, expect, it } from '@jest/globals';
import { parseLifetime } from './token-lifetime.js';

describe('parseLifetime', () => {
  it.each([
    ['30m', 1_800],
    ['12h', 43_200],
    [1, 86_400],
    ['7', 604_800],
    [' 2 h ', 7_200],
  ])('reads %p as %p seconds', (value, seconds) => {
    expect(parseLifetime(value)).toBe(seconds);
  });

  it.each(['', 'h', '-1', 0, '0m', '1w', '1.5h', 400, '99999999'])('refuses %p', (value) => {
    expect(parseLifetime(value)).toBeNull();
  });
});
