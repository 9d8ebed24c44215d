import { describe, expect, it } from '@jest/globals';
import { plusDays, plusMonths, startOfDay } from './days.js';

const day = (text: string) => new Date(`${text}T00:00:00Z`);

describe('days', () => {
  it('begin at midnight in UTC', () => {
    expect(startOfDay(new Date('2026-03-10T23:59:59.999Z'))).toEqual(day('2026-03-10'));
    expect(startOfDay(day('2026-03-10'))).toEqual(day('2026-03-10'));
    expect(plusDays(day('2026-02-28'), 1)).toEqual(day('2026-03-01'));
  });

  it.each([
    ['2026-03-10', -1, '2026-02-10'],
    ['2026-03-31', -1, '2026-02-28'],
    ['2024-03-31', -1, '2024-02-29'],
    ['2026-01-31', 1, '2026-02-28'],
    ['2026-01-15', -13, '2024-12-15'],
    ['2026-12-31', 0, '2026-12-31'],
  ])('%s and %d months is %s', (from, months, to) => {
    expect(plusMonths(day(from), months)).toEqual(day(to));
  });
});
