import { describe, expect, it } from '@jest/globals';
import { afterFailedCheck, untilNextCheck } from '../renewal-window/next-check.js';
import { untilNextCleanUp, untilNextLastLook, untilNextLook, untilNextSighting } from './pauses.js';

const hours = 3_600_000;

describe('pauses', () => {
  it('between looks at a CA start at a tenth of a second and end at five minutes', () => {
    expect([0, 1, 2, 7, 12, 50].map((looks) => untilNextLook(looks, null))).toEqual([100, 150, 200, 1_000, 10_000, 300_000]);
  });

  it('leave room for others and the CA in peace when something takes hours', () => {
    const day = (pause: (looks: number) => number) => {
      let ms = 0;
      let looks = 0;
      while (ms < 24 * hours) ms += pause(looks++);
      return looks;
    };
    expect(day((looks) => untilNextLook(looks, null))).toBeLessThan(320);
    expect(day((looks) => untilNextLastLook(looks, null))).toBeLessThan(50);
  });

  it('are never shorter than the CA asks for, and never longer than a day', () => {
    expect(untilNextLook(0, 30_000)).toBe(30_000);
    expect(untilNextLook(11, 1_000)).toBe(5_000);
    expect(untilNextLook(0, 99 * 24 * hours)).toBe(24 * hours);
  });

  it('between looks at name servers grow from 0.2 to ten seconds', () => {
    expect(untilNextSighting(0)).toBe(200);
    expect(untilNextSighting(1)).toBe(320);
    expect(untilNextSighting(30)).toBe(10_000);
  });

  it('between tries to clean up grow to an hour', () => {
    expect([0, 1, 20].map(untilNextCleanUp)).toEqual([5_000, 15_000, hours]);
  });

  it('between questions for renewal information are between an hour and a day', () => {
    expect([null, 60_000, 6 * hours, 90 * hours].map(untilNextCheck)).toEqual([6 * hours, hours, 6 * hours, 24 * hours]);
    expect(afterFailedCheck(1, null, 0)).toBe(600_000);
    expect(afterFailedCheck(1, 2 * hours, 0)).toBe(2 * hours);
    expect(afterFailedCheck(99, null, 0)).toBe(24 * hours);
  });
});
