import { describe, expect, it } from '@jest/globals';
import { cronFault } from '@sifaka/contracts';
import fc from 'fast-check';
import { parseCron } from './cron.js';
import { cronItem, lastTick, nextTick } from './cron-schedule.js';

function schedule(cron: string) {
  const item = cronItem({ name: 'scan', cron, timeLimitMs: 1_000, run: () => Promise.resolve(undefined) });
  if (item === undefined) throw new Error('no schedule');
  return item;
}

describe('a schedule', () => {
  it.each([
    ['*/5 * * * *', '2026-03-01T12:04:59Z', '2026-03-01T12:05:00Z'],
    ['*/5 * * * *', '2026-03-01T12:05:00Z', '2026-03-01T12:10:00Z'],
    ['17 3 * * *', '2026-02-28T03:17:00Z', '2026-03-01T03:17:00Z'],
    ['0 0 * * 1', '2026-03-01T12:00:00Z', '2026-03-02T00:00:00Z'],
  ])('%s comes after %s at %s, in UTC', (cron, from, next) => {
    expect(nextTick(schedule(cron), new Date(from))).toEqual(new Date(next));
  });

  it('that comes once a year shows no next tick while that is far off', () => {
    expect(nextTick(schedule('0 0 1 1 *'), new Date('2026-03-01T00:00:00Z'))).toBeNull();
  });

  it('has its last tick at or before now, and no other between the two', () => {
    const times = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(times, fc.constantFrom('*/7 * * * *', '3 */2 * * *', '30 4 * * *'), (now, cron) => {
        const item = schedule(cron);
        const last = lastTick(item, now);
        expect(last?.getTime()).toBeLessThanOrEqual(now.getTime());
        expect(nextTick(item, last ?? now)?.getTime()).toBeGreaterThan(now.getTime());
      }),
    );
  });

  it('is made up for within a month, so that weekly and monthly ones are', () => {
    expect(lastTick(schedule('0 0 * * 1'), new Date('2026-03-04T12:00:00Z'))).toEqual(new Date('2026-03-02T00:00:00Z'));
    expect(lastTick(schedule('0 0 1 * *'), new Date('2026-03-31T12:00:00Z'))).toEqual(new Date('2026-03-01T00:00:00Z'));
    expect(lastTick(schedule('0 0 1 1 *'), new Date('2026-03-04T12:00:00Z'))).toBeNull();
  });

  it('is understood wherever the configuration has nothing to say against it', () => {
    const number = (from: number, to: number) => fc.integer({ min: from, max: to }).map(String);
    const field = (from: number, to: number) => {
      const part = fc.oneof(fc.constant('*'), fc.integer({ min: 0, max: 99 }).map((step) => `*/${step}`), number(from, to + 1), fc.tuple(number(from, to), number(from, to + 1)).map((ends) => ends.join('-')), fc.string({ maxLength: 4 }));
      return fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(','));
    };
    const fields = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7)).map((all) => all.join(' '));
    fc.assert(
      fc.property(fields, (cron) => {
        if (cronFault(cron) === null) expect(() => parseCron(cron)).not.toThrow();
      }),
    );
  });

  it('does not exist for a job that only runs when asked', () => {
    expect(cronItem({ name: 'mail', timeLimitMs: 1_000, run: () => Promise.resolve(undefined) })).toBeUndefined();
  });
});
