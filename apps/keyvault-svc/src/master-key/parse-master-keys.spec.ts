import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LocalMasterKey } from './master-key.js';
import { MasterKeyTexts } from './parse-master-keys.js';

const faults = (given: unknown): string[] => MasterKeyTexts.safeParse(given).error?.issues.map(({ message }) => message) ?? [];

describe('master keys in the configuration', () => {
  it.each(['hex', 'base64', 'base64url'] as const)('reads %s, alone and in lists', (encoding) => {
    const keys = [randomBytes(32), randomBytes(32)];
    const texts = keys.map((key) => key.toString(encoding));
    for (const given of [texts, texts.join(','), texts.join('\n'), texts.join(' '), JSON.stringify(texts), `['${texts.join("', '")}']`]) {
      expect(MasterKeyTexts.parse(given)).toEqual(keys);
    }
  });

  it('reads the keys that Fernet prints, with their padding', () => {
    expect(MasterKeyTexts.parse('cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=')).toEqual([
      Buffer.from('cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=', 'base64url'),
    ]);
  });

  it('says which key is wrong without repeating it', () => {
    const good = randomBytes(32).toString('base64');
    const bad = 'correct-horse-battery-staple';
    expect(faults(`${good}\n${bad}`)).toEqual(['key 2 of 2 is not 32 bytes in hex, base64 or base64url']);
    expect(faults(randomBytes(31).toString('hex'))).toEqual(['key 1 of 1 is not 32 bytes in hex, base64 or base64url']);
    expect(faults(Buffer.alloc(32).toString('base64'))).toEqual(['key 1 of 1 is all zero']);
    expect(faults(' ')[0]).toMatch('holds no key');
  });

  it('survives any text', () => {
    fc.assert(fc.property(fc.string(), (text) => void MasterKeyTexts.safeParse(text)));
  });

  it('names a key by a fingerprint that is always the same', () => {
    expect(new LocalMasterKey(Buffer.alloc(32, 7)).fingerprint).toBe(new LocalMasterKey(Buffer.alloc(32, 7)).fingerprint);
    expect(new LocalMasterKey(Buffer.alloc(32, 7)).fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(new LocalMasterKey(Buffer.alloc(32, 7)).fingerprint).not.toBe(new LocalMasterKey(Buffer.alloc(32, 8)).fingerprint);
  });
});
