import { describe, expect, it } from '@jest/globals';
import { checkSchedule, isDue, nextRunOf, scheduleFault } from './schedule.js';

const at = (text: string) => new Date(`2026-11-22T${text}:00Z`);

describe('the schedule of a source', () => {
  it('has five fields', () => {
    for (const text of ['5 */3 * * *', '0 0 1 1 *', '*/5 8-18 * * 1-5']) expect(scheduleFault(text)).toBeNull();
    for (const text of ['', '5', '5 */3 * *', '5 */3 * * * *', '61 * * * *', '@daily', 'x * * * *']) expect(scheduleFault(text)).toContain('five fields');
    expect(() => checkSchedule('x')).toThrow(expect.objectContaining({ code: 'invalid_argument', fields: [expect.objectContaining({ path: 'schedule' })] }));
  });

  it('says when it is looked at next, if it is active', () => {
    expect(nextRunOf({ active: true, schedule: '5 */3 * * *' }, at('12:05'))).toEqual(at('15:05'));
    expect(nextRunOf({ active: false, schedule: '5 */3 * * *' }, at('12:05'))).toBeNull();
    expect(nextRunOf({ active: true, schedule: null }, at('12:05'))).toBeNull();
  });

  it('is due once for each tick that came since it was last taken, or since it was made', () => {
    const schedule = '5 */3 * * *';
    const scheduledSince = at('10:00');
    expect(isDue({ schedule, scheduledSince, lastTakenAt: null }, at('12:04'))).toBe(false);
    expect(isDue({ schedule, scheduledSince, lastTakenAt: null }, at('12:05'))).toBe(true);
    expect(isDue({ schedule, scheduledSince, lastTakenAt: at('12:05') }, at('14:00'))).toBe(false);
    expect(isDue({ schedule, scheduledSince, lastTakenAt: at('12:05') }, at('23:59'))).toBe(true);
  });
});
