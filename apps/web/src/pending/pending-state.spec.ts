import { expect, it } from '@jest/globals';
import { lastWords, stateOf, waitsFor } from './pending-state.js';

const waiting = { state: 'waiting', settledBy: 'poll', status: null, lastError: null } as const;

it.each([
  ['waiting', waiting],
  ['trying again', { ...waiting, lastError: 'connection refused' }],
  ['needs a signature', { ...waiting, settledBy: 'upload' as const }],
  ['issued', { ...waiting, state: 'resolved' as const, lastError: 'connection refused' }],
  ['failed', { ...waiting, state: 'failed' as const }],
  ['cancelled', { ...waiting, state: 'cancelled' as const }],
])('says "%s"', (word, pending) => {
  expect(stateOf(pending).word).toBe(word);
});

it('says who brings the certificate', () => {
  expect(new Set((['poll', 'order', 'upload'] as const).map((settledBy) => waitsFor({ settledBy }))).size).toBe(3);
});

it('prefers the error to the status', () => {
  expect(lastWords({ lastError: 'refused', status: 'asked' })).toBe('refused');
  expect(lastWords({ lastError: null, status: 'asked' })).toBe('asked');
});
