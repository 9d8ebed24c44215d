import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { z } from 'zod';
import type { PluginContext } from '../context.js';
import { definePlugin, type Plugin } from '../define-plugin.js';
import { HttpApi } from '../http/http-api.js';
import type { Measurement, MetricSink } from '../kinds/outbound.js';
import { secret } from '../options/option-schemas.js';
import { describeMetricSink, metricChecks } from './metric-checks.js';
import { metricFaultChecks } from './metric-fault-checks.js';
import type { ArrivedMeasurement, MetricSinkSubject } from './metric-subject.js';
import { startStandIn, type StandIn } from './stand-in.js';

const Options = z.object({ url: z.string().describe('Address'), key: secret().describe('Key') });

/** A far side that keeps what it is given as it is. */
const stored: ArrivedMeasurement[] = [];
let server: StandIn;
let url = '';
beforeAll(async () => {
  server = await startStandIn(({ headers, json }) => {
    if (headers['x-key'] !== 'right-key') return { status: 403, body: '{}' };
    for (const { at, value, ...rest } of z.array(z.looseObject({ at: z.string(), value: z.number().nullable() })).parse(json)) stored.push(arrivedAs({ ...rest, value: value ?? Number.NaN, at: new Date(at) }));
    return { status: 204 };
  });
  url = server.url;
});
afterAll(() => server.stop());

const Arrived = z.object({ name: z.string(), type: z.enum(['counter', 'gauge', 'timer']), value: z.union([z.number(), z.nan()]), tags: z.record(z.string(), z.string()), at: z.date() });
const arrivedAs = (row: unknown): ArrivedMeasurement => Arrived.parse(row);

const sound = ({ url: address, key }: z.output<typeof Options>, context: PluginContext): MetricSink => {
  const api = new HttpApi({ name: 'the sample', url: address, headers: { 'x-key': key }, secrets: [key], context, timeoutMs: 2_000 });
  const post = async (measurements: readonly Measurement[]) => {
    await api.send('/', { method: 'POST', json: measurements });
  };
  return { check: () => post([]), submit: post };
};

type Spoil = (sink: MetricSink, context: PluginContext) => Partial<MetricSink>;

const subjectOf = (spoil: Spoil): MetricSinkSubject => {
  const plugin: Plugin<'metric'> = definePlugin({
    kind: 'metric',
    slug: 'sample-metric',
    title: 'Sample',
    description: 'A plugin to test the suite with',
    version: '1.0.0',
    options: Options,
    create: (options, context) => {
      const sink = sound(options, context);
      return { ...sink, ...spoil(sink, context) };
    },
  });
  return {
    plugin,
    get options() {
      return [{ name: 'url', value: url }, { name: 'key', value: 'right-key' }];
    },
    arrived: (name) => stored.filter((each) => each.name === name),
    at: ({ host, port }) => [{ name: 'url', value: `http://${host}:${port}` }],
    speaks: 'http',
    wrongCredentials: [{ name: 'key', value: 'wrong-key-of-the-test' }],
    takesNan: true,
    // It is there when it is answered.
    arrivalLimitMs: 100,
  };
};

describeMetricSink(subjectOf(() => ({})));

async function failing(spoil: Spoil, only: RegExp): Promise<string[]> {
  const failed: string[] = [];
  for (const { title, run } of [...metricChecks, ...metricFaultChecks].filter((check) => only.test(check.title))) {
    await Promise.resolve(run(subjectOf(spoil))).catch(() => failed.push(title));
  }
  return failed;
}

const changed = (change: (measurement: Measurement) => Measurement): Spoil => (sink) => ({ submit: (measurements) => sink.submit(measurements.map(change)) });

describe('the suite of metric plugins fails for', () => {
  it.each<[string, Spoil, RegExp]>([
    ['one that calls everything a gauge', changed((each) => ({ ...each, type: 'gauge' })), /hands over a counter/],
    ['one that loses tags', changed((each) => ({ ...each, tags: {} })), /hands over a timer/],
    ['one that says times in the zone of the machine', changed((each) => ({ ...each, at: new Date(each.at.getTime() - 3_600_000) })), /in UTC/],
    ['one that counts everything as one', changed((each) => ({ ...each, value: 1 })), /adds to what was counted/],
    ['one that keeps one duration of many', (sink) => ({ submit: (all) => sink.submit(all.slice(0, 1)) }), /every duration/],
    ['one that rounds', changed((each) => ({ ...each, value: Math.round(each.value) })), /no number, very large/],
    ['one that changes what it is given', (sink) => ({ submit: (all) => sink.submit(all.map((each) => Object.assign(each, { value: 2 }))) }), /as it was/],
    ['one that is made for a single use', (sink) => {
      let used = 0;
      return { close: () => (used++ > 0 ? Promise.reject(new AppError('internal', 'closed')) : Promise.resolve()), submit: (all) => sink.submit(all) };
    }, /ends twice/],
    ['one that cannot be checked', () => ({ check: undefined }), /proves that/],
    ['one that swallows its faults', (sink) => ({ submit: (all) => sink.submit(all).catch(() => undefined) }), /nobody is there/],
    ['one that throws what fetch throws', (_sink, context) => ({ submit: () => context.fetch('http://127.0.0.1:1/').then(() => undefined) }), /nobody is there/],
    ['one that tries again and again', (sink) => ({ submit: async (all) => { for (let round = 0; round < 4; round++) await sink.submit(all).catch(() => undefined); return sink.submit(all); } }), /never answers/],
    ['one that shows its secret', (sink, context) => ({ submit: (all) => (context.logger.warn('with wrong-key-of-the-test'), sink.submit(all)) }), /credentials are refused, and shows/],
  ])('%s', async (_what, spoil, title) => {
    expect(await failing(spoil, title)).not.toEqual([]);
  }, 60_000);
});
