import { expect, it } from '@jest/globals';
import { rotationStates } from '@sifaka/contracts';
import { isUnderWay, progressText, stateOf } from './rotation-state.js';

it('says each state in a word of its own', () => {
  expect(new Set(rotationStates.map((state) => stateOf({ state, lastError: null }).word)).size).toBe(rotationStates.length);
  expect(stateOf({ state: 'pending', lastError: 'throttled' }).word).toBe('trying again');
});

it('reads again only what will change by itself', () => {
  expect(rotationStates.filter((state) => isUnderWay({ state }))).toEqual(['pending', 'running']);
});

it('counts the steps that are to be done', () => {
  expect(progressText([{ state: 'done' }, { state: 'failed' }, { state: 'skipped' }])).toBe('1 of 2 steps');
  expect(progressText([{ state: 'done' }])).toBe('1 of 1 step');
});
