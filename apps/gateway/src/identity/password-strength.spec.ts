import { describe, expect, it } from '@jest/globals';
import { passwordWeakness } from './password-strength.js';

describe('passwordWeakness', () => {
  it('accepts a long password with every kind of character', () => {
    expect(passwordWeakness('ABcdefg123456@#]')).toBeNull();
  });

  it.each([
    ['ABCD1234!#]', 'at least 12'],
    ['ABCD12345!#]', 'lower case'],
    ['abcd1234@#]', 'at least 12'],
    ['abcd12345@#]', 'upper case'],
    ['!@#]Abcdefgh', 'digit'],
    ['!@#]Abcdefg', 'at least 12'],
    ['ABCDabcd1234', 'characters ! @ # ? ]'],
    ['ABCDabcd1234$%^&', 'characters ! @ # ? ]'],
    ['Ab1!@#]', 'at least 12'],
    ['', 'at least 12'],
  ])('refuses %s and names the first broken rule', (password, rule) => {
    expect(passwordWeakness(password)).toContain(rule);
  });

  it.each(['!', '@', '#', '?', ']'])('counts %s as the special character', (character) => {
    expect(passwordWeakness(`ABCDabcd1234${character}`)).toBeNull();
  });

  it('counts characters, not the pieces they are stored in', () => {
    expect(passwordWeakness('😀😀😀😀😀😀Aa1!')).toContain('at least 12');
  });
});
