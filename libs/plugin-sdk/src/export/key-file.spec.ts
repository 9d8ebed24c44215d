import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { testPath } from '../conformance/test-path.js';
import { aliasFor, generatePassphrase, passphraseOption, privateKeyOf } from './key-file.js';

const path = testPath('ECCPRIME256V1');
const other = testPath('ECCPRIME256V1');

describe('a generated passphrase', () => {
  it('has 24 letters, digits and signs, all of them in use', () => {
    const seen = new Set<string>();
    for (let count = 0; count < 200; count++) {
      const passphrase = generatePassphrase(randomBytes);
      expect(passphrase).toMatch(/^[A-Za-z0-9~!@#$%^&*()_+]{24}$/);
      for (const sign of passphrase) seen.add(sign);
    }
    expect(seen.size).toBe(52 + 10 + 13);
  });

  it('passes over bytes that would favour some signs', () => {
    expect(generatePassphrase(() => Uint8Array.of(255, 254, 9, 0), 'abcdefghij', 4)).toBe('jaja');
  });
});

describe('the alias of a file', () => {
  it('is as asked, else the common name, else the first other name', () => {
    expect(aliasFor(path, 'mine')).toBe('mine');
    expect(aliasFor({ ...path, commonName: 'shown' }, undefined)).toBe('shown');
    expect(aliasFor({ ...path, commonName: null }, ' ')).toBe('www.example.test');
    expect(aliasFor({ ...path, commonName: '' }, '')).toBe('www.example.test');
    expect(aliasFor({ ...path, commonName: '\u0007' }, undefined)).toMatch(/^[0-9A-F]+$/);
  });
});

describe('the key of an export', () => {
  it('belongs to the certificate', () => {
    expect(privateKeyOf(path, 'x-export').type).toBe('private');
    expect(() => privateKeyOf({ ...path, privateKeyPkcs8Der: other.privateKeyPkcs8Der }, 'x-export')).toThrow(/does not belong/);
    expect(() => privateKeyOf({ ...path, privateKeyPkcs8Der: null }, 'x-export')).toThrow(AppError);
  });
});

it('refuses passphrases that files cannot carry', () => {
  for (const passphrase of ['', 'a\0b', '\ud800', 'x'.repeat(1_025)]) expect(passphraseOption().safeParse(passphrase).success).toBe(false);
  expect(passphraseOption().safeParse('pässwörd 🔑').success).toBe(true);
});
