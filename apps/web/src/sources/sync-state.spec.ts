import { expect, it } from '@jest/globals';
import { syncStates } from '@sifaka/contracts';
import { countsText, findingsOf, isUnderWay, stateOf } from './sync-state.js';

const nothing = {
  certificatesFound: 0,
  certificatesNew: 0,
  certificatesLinked: 0,
  certificatesUnlinked: 0,
  certificatesRefused: 0,
  endpointsFound: 0,
  endpointsNew: 0,
  endpointsChanged: 0,
  endpointsExpired: 0,
  endpointsSkipped: 0,
  faults: 0,
};

it('says each state in a word of its own', () => {
  expect(new Set(syncStates.map((state) => stateOf({ state }).word)).size).toBe(syncStates.length);
  expect(syncStates.filter((state) => isUnderWay({ state }))).toEqual(['queued', 'running', 'interrupted']);
});

it('counts what was found, and leaves out what was not', () => {
  expect(countsText(nothing)).toEqual(['nothing found']);
  expect(countsText({ ...nothing, certificatesFound: 1, certificatesNew: 1, endpointsFound: 3, endpointsChanged: 2, faults: 1 })).toEqual([
    '1 certificate (1 new)',
    '3 endpoints (2 changed)',
    '1 fault',
  ]);
  expect(countsText({ ...nothing, certificatesUnlinked: 2 })).toEqual(['0 certificates (2 gone)']);
});

it('counts what somebody should look into', () => {
  expect(findingsOf({ ...nothing, certificatesRefused: 2, endpointsSkipped: 1, faults: 3, certificatesNew: 9 })).toBe(6);
});
