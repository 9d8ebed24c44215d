import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { levelledPerHour, refilledTokens, wholeFleetAtOnce, type Backlogged } from './renewal-pace.js';
import { placeOf, renewalWindow } from './renewal-window.js';

const hour = 3_600_000;
const day = 24 * hour;
const now = new Date('2026-01-01T00:00:00Z');
const at = (ms: number): Date => new Date(now.getTime() + ms);
const due = (count: number, softMs: number, parts: Partial<Backlogged> = {}): Backlogged => ({ count, windowStart: at(-10 * hour), softDeadline: at(softMs), lastCallAt: at(softMs + 20 * hour), notAfter: at(softMs + 30 * hour), ...parts });

describe('the pace at which an authority is asked', () => {
  it('is three tenths more than its certificates need for ever, while nothing presses', () => {
    expect(levelledPerHour({ steadyPerHour: 10, fleet: 1_000, backlog: [], now })).toBe(13);
    expect(levelledPerHour({ steadyPerHour: 10, fleet: 1_000, backlog: [due(100, 20 * hour)], now })).toBe(13);
  });

  it('is as much as what is due needs by its deadlines, the earliest first', () => {
    expect(levelledPerHour({ steadyPerHour: 1, fleet: 1_000, backlog: [due(100, 40 * hour), due(60, 10 * hour)], now })).toBe(6);
    expect(levelledPerHour({ steadyPerHour: 1, fleet: 1_000, backlog: [due(300, 40 * hour), due(60, 10 * hour)], now })).toBe(9);
  });

  it('lets no certificate end for it: what is past its deadlines goes in half of the time that is left', () => {
    const pressing = due(50, -5 * hour, { lastCallAt: at(-hour), notAfter: at(2 * hour) });
    expect(levelledPerHour({ steadyPerHour: 1, fleet: 1_000, backlog: [pressing], now })).toBe(50);
  });

  it('does not hurry authorities with few certificates', () => {
    expect(levelledPerHour({ steadyPerHour: 0.001, fleet: 3, backlog: [due(1, 30 * day)], now })).toBe(60);
    expect(levelledPerHour({ steadyPerHour: 0.001, fleet: 3, backlog: [due(wholeFleetAtOnce + 1, 100 * hour)], now })).toBeLessThan(1);
  });

  it('always is enough: what is taken at it in the order of deadlines is done by them, or within a fifth of its window, long before its last call', () => {
    const backlogs = fc.array(fc.record({ count: fc.integer({ min: 1, max: 500 }), hours: fc.integer({ min: 2, max: 1_000 }) }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(backlogs, (entries) => {
        const backlog = entries.map(({ count, hours }) => due(count, hours * hour, { windowStart: at(-hour) }));
        const perHour = levelledPerHour({ steadyPerHour: 0, fleet: 100_000, backlog, now });
        let done = 0;
        for (const { count, hours } of [...entries].sort((a, b) => a.hours - b.hours)) {
          done += count;
          const windowHours = hours + 30 + 1;
          const doneWithin = Math.max(hours, windowHours / 5);
          expect(done / perHour).toBeLessThanOrEqual(doneWithin * 1.000_001);
          expect(doneWithin).toBeLessThan(hours + 20);
        }
      }),
    );
  });
});

describe('a bucket of tokens', () => {
  it('fills with time, holds those of ten minutes and one more, and is not emptied by a clock that is set back', () => {
    expect(refilledTokens({ tokens: 0, perHour: 120, elapsedMs: 60_000 })).toBe(2);
    expect(refilledTokens({ tokens: 20, perHour: 120, elapsedMs: 60_000 })).toBe(21);
    expect(refilledTokens({ tokens: 0, perHour: 120, elapsedMs: 20 * 60_000 })).toBe(40);
    expect(refilledTokens({ tokens: 0, perHour: 120, elapsedMs: 5 * hour })).toBe(61);
    expect(refilledTokens({ tokens: 0, perHour: 0.5, elapsedMs: 100 * hour })).toBe(1.25);
    expect(refilledTokens({ tokens: 3, perHour: 120, elapsedMs: -hour })).toBe(3);
    expect(refilledTokens({ tokens: 0, perHour: 0, elapsedMs: Infinity })).toBe(1);
  });
});

interface Weeks {
  days: number;
  lifeMs: number;
  count: number;
  outage: [number, number] | null;
  isLump: boolean;
  lifetimeFraction?: number | null;
}

/** A few weeks of an inventory, hour by hour; the same decisions that the service makes. */
function weeks({ days, lifeMs, count, outage, isLump, lifetimeFraction = null }: Weeks) {
  interface One extends Backlogged {
    plannedAt: Date;
    notBefore: Date;
  }
  let id = 0;
  const policy = { name: 'default', days: 30, hours: 0, lifetimeFraction };
  const make = (from: Date): One => {
    id += 1;
    const { start, ...window } = renewalWindow({ notBefore: from, notAfter: new Date(from.getTime() + lifeMs), policy, isRenewal: true, suggested: null, place: placeOf(id) });
    return { count: 1, ...window, windowStart: start, notBefore: from, notAfter: window.end };
  };
  let fleet = Array.from({ length: count }, (_, index) => make(isLump ? now : at((-index / count) * lifeMs * (lifetimeFraction === null ? 0.58 : 1 - 0.88 * lifetimeFraction))));
  let tokens = 1;
  const perHourDone: number[] = [];
  let ended = 0;
  for (let ms = 0; ms < days * day; ms += hour / 6) {
    const time = at(ms);
    const isAway = outage !== null && ms >= outage[0] && ms < outage[1];
    const steadyPerHour = fleet.reduce((sum, { plannedAt, notBefore }) => sum + hour / (plannedAt.getTime() - notBefore.getTime()), 0);
    const perHour = levelledPerHour({ steadyPerHour, fleet: fleet.length, backlog: fleet.filter(({ windowStart }) => windowStart <= time), now: time });
    tokens = refilledTokens({ tokens, perHour, elapsedMs: hour / 6 });
    const taken = isAway ? [] : fleet.filter(({ plannedAt }) => plannedAt <= time).sort((a, b) => a.lastCallAt.getTime() - b.lastCallAt.getTime()).slice(0, Math.floor(tokens));
    tokens = isAway ? 0 : tokens - taken.length;
    ended += taken.filter(({ notAfter }) => notAfter <= time).length;
    const gone = new Set(taken);
    fleet = [...fleet.filter((one) => !gone.has(one)), ...taken.map(() => make(time))];
    const place = Math.floor(ms / hour);
    perHourDone[place] = (perHourDone[place] ?? 0) + taken.length;
  }
  const sum = perHourDone.reduce((total, done) => total + done, 0);
  return { mean: sum / perHourDone.length, busiest: Math.max(...perHourDone), ended: ended + fleet.filter(({ notAfter }) => notAfter <= at(days * day)).length };
}

describe('weeks of renewals', () => {
  const lifeMs = 160 * hour;

  it('have no hour with twice the mean, and no certificate ends, also with the CA away for a quarter of a lifetime', () => {
    for (const outage of [null, [200 * hour, 240 * hour]] satisfies ([number, number] | null)[]) {
      const { mean, busiest, ended } = weeks({ days: 17, lifeMs, count: 700, outage, isLump: false });
      expect(ended).toBe(0);
      expect(busiest).toBeLessThan(1.75 * mean);
    }
  });

  it('have none either where the window is a third of the life, as thirty days of ninety, and the CA is away for most of it', () => {
    const { mean, busiest, ended } = weeks({ days: 25, lifeMs, count: 1_000, outage: [200 * hour, 240 * hour], isLump: false, lifetimeFraction: 1 / 3 });
    expect(ended).toBe(0);
    expect(busiest).toBeLessThan(1.9 * mean);
  });

  it('spread a thousand that were issued in one moment over days', () => {
    const { busiest, ended } = weeks({ days: 6, lifeMs, count: 1_000, outage: null, isLump: true });
    expect(ended).toBe(0);
    expect(busiest).toBeLessThan(40);
  });

  it('lose none of a thousand whose CA goes away in the midst of them', () => {
    expect(weeks({ days: 8, lifeMs, count: 1_000, outage: [100 * hour, 140 * hour], isLump: true }).ended).toBe(0);
  });
});
