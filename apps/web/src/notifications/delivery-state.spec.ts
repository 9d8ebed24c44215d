import { expect, it } from '@jest/globals';
import { deliveryStates, messageTypes } from '@sifaka/contracts';
import { isRetriable, isUnderWay, retriedText, stateOf, typeWords } from './delivery-state.js';

it('says where a message stands, and that it is tried again', () => {
  expect(deliveryStates.map((state) => stateOf({ state, attempts: 0 }).word)).toEqual(['waiting', 'being sent', 'delivered', 'failed', 'dropped']);
  expect(stateOf({ state: 'pending', attempts: 2 }).word).toBe('trying again');
});

it('offers another try for what failed or waits, and for nothing that is over', () => {
  expect(deliveryStates.filter((state) => isRetriable({ state }))).toEqual(['pending', 'failed']);
  expect(deliveryStates.filter((state) => isUnderWay({ state }))).toEqual(['pending', 'sending']);
});

it('says how many are tried again, and that there may be more', () => {
  expect([0, 1, 12, 1_000].map(retriedText)).toEqual([
    'Nothing has failed: there is nothing to try again',
    '1 message is tried now',
    '12 messages are tried now',
    '1000 messages are tried now, the oldest first: there may be more',
  ]);
});

it('has words of its own for every type of message', () => {
  expect(new Set(messageTypes.map((type) => typeWords[type])).size).toBe(messageTypes.length);
});
