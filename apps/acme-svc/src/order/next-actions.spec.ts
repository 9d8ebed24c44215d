import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { challengeStates, orderStates } from '@sifaka/contracts';
import { aChallenge, anOrder, now } from '../test/order/builders.js';
import { nextActions, type Due } from './next-actions.js';
import type { Challenge, Order } from './order.js';

const due = (order: Partial<Order>, ...challenges: Partial<Challenge>[]): Due =>
  nextActions({ order: anOrder(order), challenges: challenges.map((parts, index) => aChallenge({ id: index + 1, ...parts })) }, now);
const kinds = (answer: Due) => ('actions' in answer ? answer.actions.map(({ kind }) => kind) : answer);
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

describe('what an order needs next', () => {
  it('is one step after the other from request to certificate', () => {
    expect(kinds(due({ state: 'requested' }))).toEqual(['ask']);
    expect(kinds(due({ state: 'ordered' }, { type: null }, { type: 'dns-01' }, { type: null }))).toEqual(['read', 'read']);
    expect(kinds(due({ state: 'ordered' }, { type: 'dns-01' }, { type: null, state: 'skipped' }))).toEqual(['begin']);
    expect(kinds(due({ state: 'authorizing' }, { state: 'valid' }, { state: 'skipped' }))).toEqual(['settle']);
    expect(kinds(due({ state: 'ready' }))).toEqual(['finalize']);
    expect(kinds(due({ state: 'finalizing' }))).toEqual(['collect']);
  });

  it('is a step of its own for every challenge', () => {
    const challenges = [{ state: 'chosen' }, { state: 'published' }, { state: 'published', type: 'http-01' }, { state: 'answered' }, { state: 'valid', isCleanedUp: true }] as const;
    expect(kinds(due({ state: 'authorizing' }, ...challenges))).toEqual(['publish', 'look', 'answer', 'poll']);
  });

  it('is nothing before its time', () => {
    expect(due({ state: 'authorizing' }, { state: 'answered', pollAt: later(2) }, { state: 'published', pollAt: later(1) })).toEqual({ waitUntil: later(1) });
    expect(due({ state: 'finalizing', pollAt: later(5) })).toEqual({ waitUntil: later(5) });
    expect(due({ state: 'requested', nextTryAt: later(60) })).toEqual({ waitUntil: later(60) });
  });

  it('is its end when its time is over, whatever was planned', () => {
    expect(kinds(due({ state: 'requested', nextTryAt: later(60), until: now }))).toEqual(['expire']);
    expect(due({ state: 'requested', nextTryAt: later(60), until: later(10) })).toEqual({ waitUntil: later(10) });
  });

  it('is to clean up what earlier rounds and ended orders left, while there is nothing more urgent', () => {
    const old = { round: 1, state: 'invalid', isCleanedUp: false } as const;
    expect(kinds(due({ state: 'requested', round: 2, nextTryAt: later(60) }, old))).toEqual(['remove']);
    expect(kinds(due({ state: 'requested', round: 2 }, old))).toEqual(['ask']);
    expect(kinds(due({ state: 'issued' }, { state: 'valid', isCleanedUp: false }))).toEqual(['remove']);
    expect(due({ state: 'issued' }, { state: 'valid', isCleanedUp: false, cleanUpAt: later(9) })).toEqual({ waitUntil: later(9) });
  });

  it('is to close what the CA holds open, unless there is nothing', () => {
    expect(kinds(due({ state: 'abandoned', orderUrl: 'https://ca.test/1' }))).toEqual(['close']);
    expect(due({ state: 'abandoned', orderUrl: 'https://ca.test/1', pollAt: later(9) })).toEqual({ waitUntil: later(9) });
    expect(due({ state: 'abandoned', orderUrl: null })).toEqual({ waitUntil: null });
    expect(due({ state: 'failed', orderUrl: 'https://ca.test/1', isClosed: true })).toEqual({ waitUntil: null });
    expect(due({ state: 'issued', orderUrl: 'https://ca.test/1' })).toEqual({ waitUntil: null });
  });

  it('is always something, or something to come, until it has ended and nothing of it is left', () => {
    const date = fc.option(fc.integer({ min: -100, max: 100 }).map(later));
    const challenge = fc.record({ round: fc.integer({ min: 1, max: 2 }), type: fc.constantFrom('dns-01' as const, 'http-01' as const, null), state: fc.constantFrom(...challengeStates), pollAt: date, isCleanedUp: fc.boolean(), cleanUpAt: date });
    const order = fc.record({ state: fc.constantFrom(...orderStates), round: fc.constant(2), nextTryAt: date, pollAt: date, isClosed: fc.boolean(), orderUrl: fc.option(fc.constant('https://ca.test/1')) });
    fc.assert(
      fc.property(order, fc.array(challenge, { maxLength: 4 }), (one, challenges) => {
        const answer = due(one, ...challenges);
        if ('actions' in answer) return answer.actions.length > 0;
        if (answer.waitUntil !== null) return answer.waitUntil > now;
        return ['issued', 'failed', 'abandoned'].includes(one.state) && challenges.every(({ isCleanedUp }) => isCleanedUp);
      }),
    );
  });
});
