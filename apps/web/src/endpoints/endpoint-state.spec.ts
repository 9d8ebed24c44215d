import { expect, it } from '@jest/globals';
import { isBeingLookedAt, offersOf, stateOf } from './endpoint-state.js';

const well = { issues: [], lastError: null, lastCheckedAt: '2026-06-01T00:00:00Z', active: true, missingSince: null };

it.each([
  ['well', well],
  ['1 issue', { ...well, issues: [{ name: 'revoked', value: '' }] }],
  ['not reached', { ...well, lastError: 'connection refused' }],
  ['not seen yet', { ...well, lastCheckedAt: null }],
  ['not reported any more', { ...well, missingSince: '2026-06-01T00:00:00Z' }],
  ['not watched', { ...well, active: false, lastError: 'connection refused' }],
])('says "%s"', (word, endpoint) => {
  expect(stateOf(endpoint).word).toBe(word);
});

it('tells protocol versions from ciphers', () => {
  const ciphers = [
    { id: 1, name: 'Protocol-TLSv1', deprecated: true },
    { id: 2, name: 'ECDHE-RSA-AES128-GCM-SHA256', deprecated: false },
  ];
  expect(offersOf({ id: 1, name: 'observed', ciphers })).toEqual({ versions: [{ id: 1, name: 'TLSv1', deprecated: true }], ciphers: [ciphers[1]] });
});

it('waits only for the first look at one made by hand', () => {
  expect(isBeingLookedAt({ lastCheckedAt: null, active: true, isManual: true })).toBe(true);
  expect(isBeingLookedAt({ lastCheckedAt: null, active: true, isManual: false })).toBe(false);
});
