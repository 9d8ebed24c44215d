import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { newWatch, nextLook, tell, tellAtBest } from './watch.js';

const start = new Date('2026-11-22T10:00:00Z');
const minutesLater = (minutes: number): Date => new Date(start.getTime() + minutes * 60_000);

describe('looking after what has ended here', () => {
  it('takes a week, at growing distances of ten minutes to six hours, and a last look at the end', () => {
    const { until, nextTryAt } = newWatch(start);
    expect(until).toEqual(minutesLater(7 * 24 * 60));
    const looks = [nextTryAt];
    for (let last = nextTryAt; last < until; looks.push(last)) last = nextLook(until, last);
    expect(looks.slice(0, 7)).toEqual([10, 20, 40, 80, 160, 320, 640].map(minutesLater));
    expect(looks.at(-1)).toEqual(until);
    expect(looks.length).toBeLessThan(40);
  });

  it('is begun where the authority cannot be told', async () => {
    expect(await tell(() => Promise.resolve(true))).toBeNull();
    expect(await tell(() => Promise.resolve(false))).toBe('its issuer cannot cancel');
    expect(await tell(() => Promise.reject(new AppError('failed_precondition', 'plugin is disabled')))).toBe('plugin is disabled');
    await expect(tell(() => Promise.reject(new AppError('upstream_failed', 'closed')))).rejects.toThrow('closed');
    expect(await tellAtBest(() => Promise.reject(new AppError('upstream_failed', 'closed')))).toBe('closed');
    expect(await tellAtBest(() => Promise.reject(new TypeError('secret inside')))).toBe('the issuer failed');
  });
});
