import { describe, expect, it } from '@jest/globals';
import { isHeld, revocationWords } from './revocation-words.js';

const at = '2026-01-01T00:00:00Z';

describe('a revocation', () => {
  it('is told from a hold, which may be released', () => {
    expect(isHeld({ revocation: { state: 'held', reason: 'certificateHold', at } })).toBe(true);
    expect(isHeld({ revocation: { state: 'revoked', reason: 'keyCompromise', at } })).toBe(false);
    expect(isHeld({})).toBe(false);
  });

  it('has words of its own in every state', () => {
    const words = [
      revocationWords({ status: null }),
      revocationWords({ status: 'unknown' }),
      revocationWords({ status: 'revoked', revocation: { state: 'revoked', reason: null, at: null } }),
      revocationWords({ status: 'revoked', revocation: { state: 'held', reason: 'certificateHold', at } }),
    ];
    expect(words.map(({ word }) => word)).toEqual(['not revoked', 'unknown', 'revoked', 'on hold']);
  });
});
