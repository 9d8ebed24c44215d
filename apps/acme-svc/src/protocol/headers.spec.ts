import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { linksOf } from './link-header.js';
import { retryAfterMs } from './retry-after.js';

const now = new Date('1994-11-06T08:49:07Z');

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 30_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 30_000],
    ['Sun Nov  6 08:49:37 1994', 30_000],
    ['Sun, 06 Nov 1994 08:40:00 GMT', 0],
    ['99999999999', 7 * 86_400_000],
    ['Fri, 06 Nov 2094 08:49:37 GMT', 7 * 86_400_000],
    ['-5', null],
    ['1.5', null],
    ['soon', null],
    ['Sun, the day after', null],
    ['', null],
    [null, null],
  ])('%p asks for %p ms', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });

  it('is a time within a week or nothing, whatever stands there', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (header) => {
        const ms = retryAfterMs(header, now);
        expect(ms === null || (ms >= 0 && ms <= 7 * 86_400_000)).toBe(true);
      }),
    );
  });
});

describe('Link', () => {
  const links = (header: string | null) => linksOf(header, 'alternate', 'https://ca.example/cert/1');

  it('lists what has the relation, absolute, in order, once', () => {
    const header = '<https://ca.example/dir>;rel="index", </cert/1/1>; rel="alternate", <https://other.example/a,b;c>;title="x, y";rel=alternate, </cert/1/1>;rel="alternate", <2>; REL="up Alternate"';
    expect(links(header)).toEqual(['https://ca.example/cert/1/1', 'https://other.example/a,b;c', 'https://ca.example/cert/2']);
  });

  it('is nothing where there is none, or none that can be read', () => {
    for (const header of [null, '', 'https://ca.example;rel=alternate', '<>;rel="alternate"', '<https://[bad>;rel="alternate"', '</a>;rev="alternate"']) expect(links(header)).toEqual([]);
    expect(links(`</a>;rel="alternate"${' '.repeat(20_000)}`)).toEqual([]);
  });

  it('takes time in proportion to its length, however it is written', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('<', '>', ';', ' ', '=', '"', ',', 'rel', 'alternate', '\t'), { maxLength: 3_000 }), (parts) => {
        const startedAt = performance.now();
        links(parts.join(''));
        expect(performance.now() - startedAt).toBeLessThan(500);
      }),
      { numRuns: 50 },
    );
  });
});
