import { describe, expect, it } from '@jest/globals';
import type { Measurement } from '@sifaka/plugin-sdk';
import fc from 'fast-check';
import { datagramsOf } from './datagrams.js';

const at = new Date('2026-11-22T10:00:00Z');
const counter: Measurement = { name: 'login', type: 'counter', value: 1, tags: { status: 'success' }, at };

describe('datagrams of DogStatsD', () => {
  it.each<[string, Partial<Measurement>, string]>([
    ['a counter', {}, 'lemur.login:1|c|#status:success'],
    ['a gauge', { name: 'sync.updated_certs_by_hash', type: 'gauge', value: -2.5, tags: { source: 'eu' } }, 'lemur.sync.updated_certs_by_hash:-2.5|g|#source:eu'],
    ['a timer', { name: 'response_time', type: 'timer', value: 12.25, tags: { endpoint: '/api/1/certificates/:id', request_method: 'GET' } }, 'lemur.response_time:12.25|ms|#endpoint:/api/1/certificates/:id,request_method:GET'],
    ['one without tags', { tags: {} }, 'lemur.login:1|c'],
    ['one without a text', { tags: { a: '', '': 'b' } }, 'lemur.login:1|c'],
    ['separators', { name: 'a b:c|d', tags: { 'k:e|y': 'v,a|l#u\ne x' } }, 'lemur.a_b_c_d:1|c|#k_e_y:v_a_l_u_e_x'],
  ])('say %s', (_what, changes, expected) => {
    expect(datagramsOf([{ ...counter, ...changes }], 'lemur')).toEqual([expected]);
  });

  it('have no prefix where none is configured', () => {
    expect(datagramsOf([counter], undefined)).toEqual(['login:1|c|#status:success']);
  });

  it('leave out what is no number', () => {
    expect(datagramsOf([{ ...counter, value: Number.NaN }], undefined)).toEqual([]);
  });

  it('hold as many as fit into a frame', () => {
    const datagrams = datagramsOf(Array.from({ length: 1_000 }, (_, value) => ({ ...counter, value })), 'lemur');
    expect(Math.max(...datagrams.map((datagram) => Buffer.byteLength(datagram)))).toBeLessThanOrEqual(1_432);
    expect(datagrams.length).toBeLessThan(30);
    expect(datagrams.join('\n').split('\n')).toHaveLength(1_000);
  });

  it('are one line for each measurement, with its number, whatever its texts are', () => {
    const measurement = fc.record({
      name: fc.string({ minLength: 1, unit: 'binary' }),
      type: fc.constantFrom('counter' as const, 'gauge' as const, 'timer' as const),
      value: fc.double({ noNaN: true, noDefaultInfinity: true }),
      tags: fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
      at: fc.constant(at),
    });
    fc.assert(
      fc.property(fc.array(measurement), (measurements) => {
        const lines = datagramsOf(measurements, undefined).join('\n').split('\n').filter((line) => line !== '');
        expect(lines).toHaveLength(measurements.length);
        for (const [index, line] of lines.entries()) {
          expect(line).toMatch(/^[A-Za-z0-9._-]+:-?[0-9.e+-]+\|(?:c|g|ms)(?:\|#[^|#\n]+:[^|#\n]+)?$/u);
          expect(Number(line.split(':')[1]?.split('|')[0])).toBeCloseTo(measurements[index]?.value ?? Number.NaN);
        }
      }),
    );
  });
});
