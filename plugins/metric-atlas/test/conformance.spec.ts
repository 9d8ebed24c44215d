import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeMetricSink, loopbackOutbound, startStandIn, testContext, type ArrivedMeasurement, type MetricSinkSubject, type StandIn } from '@sifaka/plugin-sdk/conformance';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import atlas from '../src/index.js';

const Metrics = z.array(
  z.strictObject({
    value: z.union([z.number(), z.literal('NaN')]),
    type: z.enum(['COUNTER', 'GAUGE', 'TIMER']),
    name: z.string().min(1),
    tags: z.record(z.string(), z.string()),
    timestamp: z.int(),
  }),
);
const types = { COUNTER: 'counter', GAUGE: 'gauge', TIMER: 'timer' } as const;

let sidecar: StandIn;
const options: { name: string; value: unknown }[] = [];

beforeAll(async () => {
  sidecar = await startStandIn(({ method, path, json }) => ({ status: method === 'POST' && path === '/metrics' && Metrics.safeParse(json).success ? 200 : 400 }));
  options.push({ name: 'sidecar_host', value: '127.0.0.1' }, { name: 'sidecar_port', value: Number(new URL(sidecar.url).port) });
});
afterAll(() => sidecar.stop());

const received = (): z.output<typeof Metrics> => sidecar.requests.flatMap(({ json }) => Metrics.safeParse(json).data ?? []);

const subject: MetricSinkSubject = {
  plugin: atlas,
  options,
  arrived: (name) =>
    received()
      .filter((metric) => metric.name === name)
      .map(({ type, value, tags, timestamp }): ArrivedMeasurement => ({ name, type: types[type], value: Number(value), tags, at: new Date(timestamp) })),
  at: ({ host, port }) => [{ name: 'sidecar_host', value: host }, { name: 'sidecar_port', value: port }],
  speaks: 'http',
  wrongCredentials: null,
  takesNan: true,
};

describeMetricSink(subject);

describe('the sidecar', () => {
  it('gets what Lemur sent it, with the time in UTC whatever the zone of the machine', async () => {
    const sink = atlas.create(parsePluginOptions(atlas, options), testContext({ outbound: loopbackOutbound() }));
    const before = sidecar.requests.length;
    await sink.submit([
      { name: 'certificate_issued', type: 'counter', value: 1, tags: { owner: 'joe@example.test', issuer: 'Example' }, at: new Date('2026-11-22T10:00:00.250Z') },
      { name: 'sync_certificates_count', type: 'gauge', value: Number.NaN, tags: {}, at: new Date('2026-11-22T10:00:00.250Z') },
    ]);

    expect(sidecar.requests.slice(before).map(({ method, path, json }) => ({ method, path, json }))).toEqual([
      {
        method: 'POST',
        path: '/metrics',
        json: [
          { value: 1, type: 'COUNTER', name: 'certificate_issued', tags: { owner: 'joe@example.test', issuer: 'Example' }, timestamp: 1_795_341_600_250 },
          { value: 'NaN', type: 'GAUGE', name: 'sync_certificates_count', tags: {}, timestamp: 1_795_341_600_250 },
        ],
      },
    ]);
  });
});
