import { describe, expect, it } from '@jest/globals';
import type { Measurement } from '@sifaka/plugin-sdk';
import fc from 'fast-check';
import { LineProtocol } from './line-protocol.js';

const at = new Date('2026-11-22T10:00:00.250Z');
const counter: Measurement = { name: 'login', type: 'counter', value: 1, tags: { status: 'success' }, at };
const line = (changes: Partial<Measurement>): string => new LineProtocol(41).lines([{ ...counter, ...changes }]);

describe('the line protocol', () => {
  it.each<[string, Partial<Measurement>, string]>([
    ['a point with its nanosecond', {}, 'login,metric_type=counter,status=success value=1 1795341600250000042'],
    ['a gauge', { name: 'sync.updated_certs_by_hash', type: 'gauge', value: -0.5, tags: {} }, 'sync.updated_certs_by_hash,metric_type=gauge value=-0.5 1795341600250000042'],
    ['escaped separators', { name: 'a b,c=d', tags: { 'k =,': 'v =,' } }, 'a\\ b\\,c=d,metric_type=counter,k\\ \\=\\,=v\\ \\=\\, value=1 1795341600250000042'],
    ['no comment, no line break, no escape at the end', { name: '#a\nb', tags: { a: 'c\\' } }, '_a\\ b,metric_type=counter,a=c/ value=1 1795341600250000042'],
    ['no reserved names', { tags: { time: '1', _field: '2' } }, 'login,metric_type=counter,time_=1,_field_=2 value=1 1795341600250000042'],
  ])('writes %s', (_what, changes, expected) => {
    expect(line(changes)).toBe(expected);
  });

  it('leaves out what is no number', () => {
    expect(line({ value: Number.NaN })).toBe('');
    expect(line({ value: Infinity })).toBe('');
  });

  it('gives each point of a moment its own nanosecond', () => {
    const protocol = new LineProtocol(999_990);
    const lines = protocol.lines(Array.from({ length: 1_000 }, () => counter)).split('\n');
    expect(new Set(lines).size).toBe(1_000);
    for (const each of lines) expect(each).toMatch(/ 1795341600250\d{6}$/);
  });

  it('is one line for each measurement, whatever its texts are', () => {
    const text = fc.string({ minLength: 1, unit: 'binary' });
    fc.assert(
      fc.property(text, fc.dictionary(text, text), (name, tags) => {
        const written = line({ name, tags });
        expect(written.split(/[\n\r]/)).toHaveLength(1);
        expect(written).toMatch(/(?<!\\) value=1 1795341600250000042$/);
        // Spaces that nothing escapes stand before the field and before the time alone.
        expect(written.match(/(?<!\\) /g)).toHaveLength(2);
      }),
    );
  });
});
