import { describe, expect, it } from '@jest/globals';
import { orderedValidity } from '../src/validity.js';

const now = new Date('2026-11-22T10:00:00Z');
const ordered = (notAfter: string) => orderedValidity(new Date(notAfter), now);

describe('the validity of an order', () => {
  it.each([
    ['2026-12-01T00:00:00Z', { validityPeriod: '1Y', specificEndDate: '12/01/2026' }],
    ['2027-11-22T10:00:00Z', { validityPeriod: '1Y', specificEndDate: '11/22/2027' }],
    ['2027-11-22T10:00:01Z', { validityPeriod: '2Y', specificEndDate: '11/22/2027' }],
    ['2028-11-21T09:59:59Z', { validityPeriod: '2Y', specificEndDate: '11/21/2028' }],
  ])('up to %s names the day', (notAfter, expected) => {
    expect(ordered(notAfter)).toEqual(expected);
  });

  it.each(['2028-11-21T10:00:00Z', '2028-11-22T10:00:00Z'])('up to %s is the period alone', (notAfter) => {
    expect(ordered(notAfter)).toEqual({ validityPeriod: '2Y' });
  });

  it.each([['2028-11-22T10:00:01Z', /two years at most/], ['2026-11-22T10:00:00Z', /over already/]])('up to %s is refused', (notAfter, message) => {
    expect(() => ordered(notAfter)).toThrow(expect.objectContaining({ code: 'failed_precondition', message: expect.stringMatching(message) }));
  });
});
