import { describe, expect, it } from '@jest/globals';
import { renewalStates, type TimelineEntry } from '@sifaka/contracts';
import { addressOf, isReasonTold, refreshMsOf, split, stateOf } from './renewal-state.js';

const entry = (kind: TimelineEntry['kind'], state: TimelineEntry['state'], at: string | null = null): TimelineEntry => ({ at, kind, state, title: kind, detail: null, object: null });
const everything = { topic: '', isTroubleOnly: false };

describe('the renewal of a certificate', () => {
  it('has a word of its own in every state', () => {
    expect(new Set(renewalStates.map((state) => stateOf({ state, isLate: false }).word)).size).toBe(renewalStates.length);
  });

  it('is red when it is late, whatever it waits for', () => {
    expect((['planned', 'due', 'pending', 'failing'] as const).map((state) => stateOf({ state, isLate: true }).color)).toEqual(['red', 'red', 'red', 'red']);
  });

  it('is read again soon while something is under way', () => {
    expect(refreshMsOf({ state: 'running' })).toBeLessThan(refreshMsOf({ state: 'planned' }));
    expect(refreshMsOf(undefined)).toBe(refreshMsOf({ state: 'off' }));
  });
});

it('gives a reason once', () => {
  const reason = 'policy "default"; the last attempt failed: no route';
  expect(isReasonTold({ reason, lastError: 'no route' }, 'policy "default"')).toBe(true);
  expect(isReasonTold({ reason: 'policy "default"; its turn comes', lastError: null }, 'policy "default"')).toBe(false);
  expect(isReasonTold({ reason: 'rotation is off', lastError: null }, null)).toBe(false);
});

describe('a timeline', () => {
  const items = [
    entry('expiry', 'planned', '2026-03-31T00:00:00Z'),
    entry('notification', 'planned', '2026-03-20T00:00:00Z'),
    entry('renewal', 'failed', '2026-03-02T00:00:00Z'),
    entry('deployed', 'done', '2026-01-02T00:00:00Z'),
    entry('issued', 'done', '2026-01-01T00:00:00Z'),
    entry('renewal', 'late'),
  ];

  it('puts what is under way before the soonest, and what was behind it, the latest first', () => {
    const { coming, past } = split(items, everything);
    expect(coming.map(({ kind }) => kind)).toEqual(['renewal', 'notification', 'expiry']);
    expect(past.map(({ kind }) => kind)).toEqual(['renewal', 'deployed', 'issued']);
  });

  it('is narrowed to a topic, and to what is late or failed', () => {
    expect(split(items, { topic: 'delivery', isTroubleOnly: false })).toEqual({ coming: [], past: [items[3]] });
    expect(split(items, { topic: '', isTroubleOnly: true })).toEqual({ coming: [items[5]], past: [items[2]] });
  });

  it('leads to what an entry is about', () => {
    expect(addressOf({ type: 'pending_certificate', id: 4 })).toBe('/pending-certificates/4');
    expect(addressOf({ type: 'delivery', id: 9 })).toBe('/deliveries?show=9');
    expect(addressOf(null)).toBeNull();
  });
});
