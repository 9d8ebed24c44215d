import { expect, it } from '@jest/globals';
import { deploymentStates } from '@sifaka/contracts';
import { isUnderWay, retryWords, stateOf } from './deployment-state.js';

const waiting = { state: 'pending', wanted: 'deployed', isRolledBack: false, lastError: null } as const;

it.each([
  ['waiting', waiting],
  ['trying again', { ...waiting, lastError: 'connection refused' }],
  ['to be removed', { ...waiting, wanted: 'removed' as const }],
  ['being deployed', { ...waiting, state: 'running' as const }],
  ['being removed', { ...waiting, state: 'running' as const, wanted: 'removed' as const }],
  ['deployed', { ...waiting, state: 'deployed' as const }],
  ['failed', { ...waiting, state: 'failed' as const, lastError: 'refused' }],
  ['rolled back', { ...waiting, state: 'failed' as const, isRolledBack: true }],
  ['removal failed', { ...waiting, state: 'failed' as const, wanted: 'removed' as const }],
  ['removed', { ...waiting, state: 'removed' as const }],
])('says "%s"', (word, deployment) => {
  expect(stateOf(deployment).word).toBe(word);
});

it('reads again only what will change by itself', () => {
  expect(deploymentStates.filter((state) => isUnderWay({ state }))).toEqual(['pending', 'running']);
});

it('offers nothing for what was taken away on request', () => {
  expect(retryWords({ state: 'removed', wanted: 'removed' })).toBeNull();
  expect(retryWords({ state: 'failed', wanted: 'removed' })).toBe('Remove now');
  expect(retryWords({ state: 'deployed', wanted: 'deployed' })).toBe('Deploy now');
});
