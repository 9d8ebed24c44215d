import { describe, expect, it } from '@jest/globals';
import { parseCron } from '@sifaka/messaging';
import { plannedNotices } from './planned-notices.js';

const now = new Date('2026-03-01T12:00:00Z');
const hour = 3_600_000;
const day = 24 * hour;
const inMs = (ms: number) => new Date(now.getTime() + ms).toISOString();
const unrenewed = { rotation: false, renewal: { state: 'off', isLate: false, lateAt: null } } as const;

interface Parts {
  endsIn: number;
  days: number[];
  told?: number[];
  cron?: string | null;
  renewal?: Pick<Parameters<typeof plannedNotices>[0]['certificate'], 'rotation' | 'renewal'>;
}

const planned = ({ endsIn, days, told = [], cron = '0 22 * * *', renewal = unrenewed }: Parts) => {
  const noticing = days.map((intervalDays) => ({ intervalDays, audience: 'team' }));
  const nextRun = (after: Date) => (cron === null ? null : parseCron(cron).next(after));
  return plannedNotices({ certificate: { ...renewal, notAfter: inMs(endsIn) }, noticing, isTold: ({ intervalDays }) => told.includes(intervalDays), nextRun, now }).map(({ notice, at, isConditional }) => [
    notice.intervalDays,
    at?.toISOString() ?? null,
    isConditional,
  ]);
};

describe('a notice that is planned', () => {
  it('stands at the first run of its task from when on it is due', () => {
    expect(planned({ endsIn: 11 * day + 45_000, days: [10] })).toEqual([[10, '2026-03-01T22:00:00.000Z', false]]);
    expect(planned({ endsIn: 12 * day, days: [10] })).toEqual([[10, '2026-03-02T22:00:00.000Z', false]]);
    expect(planned({ endsIn: 12 * day, days: [10], cron: '30 */6 * * *' })).toEqual([[10, '2026-03-02T12:30:00.000Z', false]]);
  });

  it('that a run finds due at its very beginning is told by that run', () => {
    expect(planned({ endsIn: 11 * day + 10 * hour - 1, days: [10] })).toEqual([[10, '2026-03-01T22:00:00.000Z', false]]);
    expect(planned({ endsIn: 11 * day + 10 * hour, days: [10] })).toEqual([[10, '2026-03-02T22:00:00.000Z', false]]);
  });

  it('stays while it is due and was not told', () => {
    expect(planned({ endsIn: 10.5 * day, days: [10] })).toEqual([[10, '2026-03-01T22:00:00.000Z', false]]);
    expect(planned({ endsIn: 10.5 * day, days: [10], told: [10] })).toEqual([]);
  });

  it('is none where the run tells a nearer one in its place', () => {
    expect(planned({ endsIn: 2.5 * day, days: [30, 15, 2] })).toEqual([[2, '2026-03-01T22:00:00.000Z', false]]);
    expect(planned({ endsIn: 16.2 * day, days: [15, 12], cron: '0 22 * * 0' })).toEqual([[15, '2026-03-01T22:00:00.000Z', false], [12, '2026-03-08T22:00:00.000Z', false]]);
    expect(planned({ endsIn: 17 * day, days: [15, 12], cron: '0 22 * * 0' })).toEqual([[12, '2026-03-08T22:00:00.000Z', false]]);
  });

  it('is none where the certificate has ended by then', () => {
    expect(planned({ endsIn: 5 * hour, days: [2] })).toEqual([]);
  });

  it('waits until the renewal is late', () => {
    const renewal = { rotation: true, renewal: { state: 'planned', isLate: false, lateAt: inMs(3 * day) } } as const;
    expect(planned({ endsIn: 10.5 * day, days: [10, 2], renewal })).toEqual([[10, '2026-03-04T22:00:00.000Z', true], [2, '2026-03-09T22:00:00.000Z', true]]);
  });

  it('has no time where its task has no schedule', () => {
    expect(planned({ endsIn: 20 * day, days: [15, 30], cron: null })).toEqual([[15, null, false], [30, null, false]]);
  });
});
