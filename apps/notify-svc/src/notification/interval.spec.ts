import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { withInterval } from './interval.js';

const options = (interval: unknown, unit?: unknown) => [{ name: 'recipients', value: 'a@corp.test' }, { name: 'interval', value: interval }, ...(unit === undefined ? [] : [{ name: 'unit', value: unit }])] as Parameters<typeof withInterval>[0];

describe('an interval', () => {
  it.each([
    [30, 'days', 30],
    ['30', 'days', 30],
    [' 7 ', 'weeks', 49],
    [3, 'months', 90],
    [5, undefined, 5],
  ])('of %p %s is %s days', (interval, unit, days) => {
    expect(withInterval(options(interval, unit)).intervalDays).toBe(days);
  });

  it('is stored as a number', () => {
    expect(withInterval(options('12', 'weeks')).options).toEqual([{ name: 'interval', value: 12 }, { name: 'unit', value: 'weeks' }, { name: 'recipients', value: 'a@corp.test' }]);
  });

  it.each([
    ['of more than 90 days', 91, 'days', /91 days, and 90/],
    ['of 20 weeks', 20, 'weeks', /140 days/],
    ['of four months', 4, 'months', /120 days/],
    ['in words', 'thirty', 'days', /whole number, not "thirty"$/],
    ['of a fraction', 1.5, 'days', /whole number/],
    ['of a negative number', -3, 'days', /whole number/],
    ['in hours', 3, 'hours', /days, weeks, months, not "hours"$/],
    ['that is missing while there is a unit', null, 'days', /interval is missing/],
  ])('%s is refused', (_title, interval, unit, message) => {
    expect(() => withInterval(options(interval, unit))).toThrow(expect.objectContaining({ code: 'invalid_argument', fields: [{ path: 'plugin.pluginOptions', message: expect.stringMatching(message) }] }));
  });

  it('may be left out with its unit', () => {
    expect(withInterval([{ name: 'topic', value: 't' }])).toEqual({ options: [{ name: 'topic', value: 't' }], intervalDays: null });
  });

  it('that is stored lies between 0 and 90 days, whatever was given', () => {
    const unit = fc.oneof(fc.constantFrom('days', 'weeks', 'months'), fc.string());
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.string(), fc.double(), fc.nat(200).map(String)), unit, (interval, given) => {
        try {
          const { intervalDays } = withInterval(options(interval, given));
          return intervalDays === null ? interval === '' && given === '' : intervalDays >= 0 && intervalDays <= 90;
        } catch {
          return true;
        }
      }),
    );
  });
});
