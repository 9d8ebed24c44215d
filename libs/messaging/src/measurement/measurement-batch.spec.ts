import { describe, expect, it } from '@jest/globals';
import type { TakenMeasurement } from '@sifaka/observability';
import fc from 'fast-check';
import { packBatches, readBatch } from './measurement-batch.js';

const at = new Date('2026-11-22T10:00:00.123Z');
const count = (status: string, value = 1): TakenMeasurement => ({ name: 'login', type: 'counter', value, tags: { status } });
const travelled = (measurements: readonly TakenMeasurement[]) => packBatches(measurements, at).flatMap((text) => readBatch(text)?.measurements ?? []);

describe('measurements on the bus', () => {
  it('arrive with their moment', () => {
    expect(readBatch(packBatches([count('success')], at)[0] ?? '')).toEqual({ at, measurements: [count('success')] });
  });

  it('are added up when they count the same thing', () => {
    expect(travelled([count('success'), count('failure'), count('success', 2)])).toEqual([count('success', 3), count('failure')]);
  });

  it('say of a gauge the last value', () => {
    const gauge = (value: number): TakenMeasurement => ({ name: 'sync_certificates_count', type: 'gauge', value, tags: { source: 'a' } });
    expect(travelled([gauge(5), gauge(7)])).toEqual([gauge(7)]);
  });

  it('keep each duration', () => {
    const timer = (value: number): TakenMeasurement => ({ name: 'response_time', type: 'timer', value, tags: {} });
    expect(travelled([timer(5), timer(5), timer(7)])).toEqual([timer(5), timer(5), timer(7)]);
  });

  it('do not change what was held', () => {
    const held = [count('success'), count('success')];
    packBatches(held, at);
    expect(held).toEqual([count('success'), count('success')]);
  });

  it('go in messages that every server takes', () => {
    const long: TakenMeasurement[] = Array.from({ length: 5_000 }, (_, index) => ({ name: 'response_time', type: 'timer', value: index, tags: { endpoint: 'ä'.repeat(256) } }));
    const batches = packBatches(long, at);
    expect(Math.max(...batches.map((text) => Buffer.byteLength(text)))).toBeLessThan(300_000);
    expect(batches.flatMap((text) => readBatch(text)?.measurements ?? [])).toHaveLength(5_000);
  });

  it('come through as they were, whatever stands in them', () => {
    const measurement = fc.record({
      name: fc.string({ minLength: 1, maxLength: 300 }),
      type: fc.constantFrom('counter' as const, 'gauge' as const, 'timer' as const),
      value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)), fc.constant(Number.NaN)),
      tags: fc.dictionary(fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'), fc.string(), { noNullPrototype: true }),
    });
    fc.assert(fc.property(measurement, (one) => expect(travelled([one])).toEqual([one])));
  });

  it.each(['', 'x', '{}', '[]', '{"at":1,"rows":[["a","meter",1,{}]]}', '{"at":1,"rows":[["a","timer",1,{"b":2}]]}', '{"at":"now","rows":[]}'])(
    'that are none are told apart: %s',
    (text) => {
      expect(readBatch(text)).toBeNull();
    },
  );
});
