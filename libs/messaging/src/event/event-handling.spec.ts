import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { certificateIssued } from '../test/contracts.js';
import { silent } from '../test/nats-server.js';
import { newEvent } from './cloud-event.js';
import { EventHandling } from './event-handling.js';
import type { EventFault, HeardEvents } from './heard-events.js';
import { eventSubscriptions, OnEvent } from './on-event.js';

const minute = 60_000;
const hour = 60 * minute;

/** A listener whose database and counterpart may be away, and a clock that a test turns. */
function aHandling() {
  let nowMs = Date.parse('2030-01-01T00:00:00Z');
  const world = { isDatabaseAway: false, isFailing: true, givenUp: [] as string[] };
  const faults = new Map<string, EventFault>();
  const heard: Pick<HeardEvents, 'has' | 'add' | 'note' | 'noteFault'> = {
    has: async () => {
      if (world.isDatabaseAway) throw new AppError('unavailable', 'the database is away');
      return false;
    },
    add: async () => undefined,
    note: async (_consumer, text) => void world.givenUp.push(text),
    noteFault: async (consumer, eventId, _error, at) => {
      const known = faults.get(consumer + eventId) ?? { times: 0, since: at };
      faults.set(consumer + eventId, { ...known, times: known.times + 1 });
      return { ...known, times: known.times + 1 };
    },
  };
  const self = new Listener(() => world.isFailing);
  const handling = new EventHandling({ service: 'notify', heard, clock: { now: () => new Date(nowMs) }, log: silent });
  const group = eventSubscriptions(self).map((subscription) => ({ subscription, self }));
  const event = newEvent(certificateIssued, { id: 1 }, { at: new Date(nowMs), subject: '1' });
  return { world, pass: (ms: number) => (nowMs += ms), deliver: () => handling.handle(certificateIssued, group, { text: JSON.stringify(event.envelope) }) };
}

class Listener {
  constructor(private readonly isFailing: () => boolean) {}

  @OnEvent(certificateIssued, { durable: 'listener' })
  async onIssued(): Promise<void> {
    if (this.isFailing()) throw new AppError('unavailable', 'too many connections');
  }
}

describe('an event that cannot be handled', () => {
  it('is not given up for what was delivered while the database was away', async () => {
    const { world, pass, deliver } = aHandling();
    world.isDatabaseAway = true;
    for (let delivery = 0; delivery < 50_000; delivery += 1_000) {
      await expect(deliver()).rejects.toMatchObject({ code: 'unavailable' });
      pass(hour);
    }
    world.isDatabaseAway = false;
    expect(await deliver()).toEqual({ kind: 'later', delayMs: 1_000 });
    world.isFailing = false;
    expect(await deliver()).toEqual({ kind: 'done' });
  });

  it('is tried at longer and longer pauses for most of a day, and then given up', async () => {
    const { world, pass, deliver } = aHandling();
    const pauses: number[] = [];
    for (let outcome = await deliver(); outcome.kind === 'later'; outcome = await deliver()) {
      pauses.push(outcome.delayMs);
      pass(outcome.delayMs);
    }
    expect(pauses).toEqual([1_000, 5_000, 15_000, minute, 5 * minute, 15 * minute, hour, 3 * hour, 6 * hour, 12 * hour]);
    expect(world.givenUp).toEqual([expect.stringContaining('too many connections')]);
  });

  it('is not given up at once by a service that was stopped for a day after its first try', async () => {
    const { pass, deliver } = aHandling();
    await deliver();
    pass(30 * hour);
    expect(await deliver()).toEqual({ kind: 'later', delayMs: 5_000 });
  });

  it('is not given up early when it is delivered more often than it was put off', async () => {
    const { deliver, pass } = aHandling();
    for (let delivery = 0; delivery < 100; delivery += 1) {
      pass(10 * minute);
      expect(await deliver()).toMatchObject({ kind: 'later' });
    }
  });
});
