import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { challengeName, isDnsName, namesAbove, plainName, plainZones } from './dns-name.js';

const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 8 }).map((labels) => labels.join('.'));

describe('the challenge record of a name', () => {
  it('stands below _acme-challenge, without the star of a wildcard', () => {
    expect(challengeName('www.Example.test.')).toBe('_acme-challenge.www.example.test');
    expect(challengeName('*.example.test')).toBe(challengeName('example.test'));
    expect(challengeName('xn--bcher-kva.test')).toBe('_acme-challenge.xn--bcher-kva.test');
  });

  it.each(['', '*', 'a..b', 'a b.test', 'bücher.test', `${'a'.repeat(64)}.test`, `${'a.'.repeat(125)}test`, '-a.test', 'a.*.test'])('is refused for %j', (bad) => {
    expect(() => challengeName(bad)).toThrow(expect.objectContaining({ code: 'failed_precondition', reason: 'dns.bad_name' }));
  });
});

describe('zones that a name may lie in', () => {
  it('are the name and those above it, longest first, cut at labels alone', () => {
    expect(namesAbove('a.b.test')).toEqual(['a.b.test', 'b.test', 'test']);
    fc.assert(
      fc.property(name, (text) => {
        const above = namesAbove(text);
        expect(above).toHaveLength(text.split('.').length);
        for (const zone of above) expect(`.${text}`.endsWith(`.${zone}`)).toBe(true);
        expect(above.map(({ length }) => length)).toEqual([...above].map(({ length }) => length).sort((one, other) => other - one));
      }),
    );
  });

  it('never hold one that merely ends alike', () => {
    fc.assert(
      fc.property(name, label, (zone, prefix) => {
        expect(namesAbove(`${prefix}.${zone}`)).toContain(zone);
        expect(namesAbove(`${prefix}${zone}`)).not.toContain(zone);
      }),
    );
  });
});

describe('zones of a provider', () => {
  it('come in one spelling, each once, without what is no name', () => {
    expect(plainZones(['B.test.', 'a.test', 'b.test', '.', '', 'not a name'])).toEqual(['a.test', 'b.test']);
    fc.assert(fc.property(fc.array(fc.string()), (texts) => expect(plainZones(texts).every((zone) => isDnsName(zone) && zone === plainName(zone))).toBe(true)));
  });
});
