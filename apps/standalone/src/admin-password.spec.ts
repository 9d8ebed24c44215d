import { describe, expect, it } from '@jest/globals';
import { randomPassword } from './admin-password.js';

describe('the random password of the first administrator', () => {
  it('meets the rule for local users every time', () => {
    for (let round = 0; round < 500; round += 1) {
      const password = randomPassword();
      expect(password).toMatch(/^[A-Za-z0-9!@#?\]]{24}$/);
      for (const rule of [/[a-z]/, /[A-Z]/, /\d/, /[!@#?\]]/]) expect(password).toMatch(rule);
    }
  });

  it('never comes twice', () => {
    expect(new Set(Array.from({ length: 500 }, randomPassword)).size).toBe(500);
  });
});
