import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fixedClock } from '@sifaka/kernel';
import type { ServiceName } from '@sifaka/contracts';
import { measure, metricsText } from '@sifaka/observability';
import type { Log } from '../bus/log.js';
import { MeasurementFeed, type HeardMeasurements } from '../measurement/measurement-feed.js';
import { MeasurementRelay } from '../measurement/measurement-relay.js';
import { registry } from './contracts.js';
import { TestNats, silent } from './nats-server.js';
import { waitUntil } from './servers.js';

const now = new Date('2026-11-22T10:00:00Z');
let server: TestNats;
let heard: HeardMeasurements[];
let feed: MeasurementFeed;
const relays: MeasurementRelay[] = [];
const warnings: string[] = [];
const log: Log = { ...silent, warn: (_fields, text) => void warnings.push(text) };

beforeAll(async () => {
  server = await TestNats.start(registry);
});
afterAll(() => server.stop());

beforeEach(async () => {
  heard = [];
  warnings.length = 0;
  const bus = await server.bus('notify');
  feed = new MeasurementFeed(bus, log);
  feed.start((measurements) => heard.push(measurements));
  await bus.connection.flush();
});
afterEach(async () => {
  for (const relay of relays.splice(0)) relay.onApplicationShutdown();
  await feed.stop();
});

async function relayOf(service: ServiceName, providers: readonly string[] = ['statsd-metrics']): Promise<MeasurementRelay> {
  const relay = new MeasurementRelay({ service, bus: await server.bus(service), clock: fixedClock(now), providers });
  relays.push(relay);
  relay.onApplicationBootstrap();
  return relay;
}

describe('what a service measures', () => {
  it('is heard by the service that hosts metric plugins, with its moment and by whom', async () => {
    const relay = await relayOf('issuer');
    measure.count('certificate_reissue', { status: 'success', certificate: 'www.example.test' });
    relay.flush();

    expect(await waitUntil(() => heard[0])).toEqual({
      service: 'issuer',
      at: now,
      measurements: [{ name: 'certificate_reissue', type: 'counter', value: 1, tags: { status: 'success', certificate: 'www.example.test' } }],
    });
  });

  it('is sent without being asked for, and the last of it when the service stops', async () => {
    const relay = await relayOf('issuer');
    measure.count('login', { status: 'success' });
    await waitUntil(() => heard.length === 1);
    measure.count('login', { status: 'failure' });
    relay.onApplicationShutdown();

    await waitUntil(() => heard.length === 2);
    expect(heard.flatMap(({ measurements }) => measurements.map(({ tags }) => tags.status))).toEqual(['success', 'failure']);
  });

  it('is sent once where several services share a process', async () => {
    const [first, second] = [await relayOf('issuer'), await relayOf('gateway')];
    measure.count('login', { status: 'success' });
    first.flush();
    second.flush();
    measure.count('login', { status: 'failure' });
    second.flush();
    first.flush();

    await waitUntil(() => heard.length === 2);
    expect(heard.map(({ service, measurements }) => [service, measurements.length])).toEqual([
      ['issuer', 1],
      ['issuer', 1],
    ]);
  });

  it('goes nowhere while no provider is configured', async () => {
    const relay = await relayOf('issuer', []);
    measure.count('login', { status: 'success' });
    relay.flush();
    await (await server.bus('issuer')).connection.flush();

    expect(heard).toEqual([]);
  });

  it('has a limit, and what is beyond it is counted', async () => {
    const relay = await relayOf('deploy');
    for (let index = 0; index < 20_100; index += 1) measure.time('response_time', index, { endpoint: '/', request_method: 'GET', status_code: 200 });
    relay.flush();

    expect(await metricsText()).toContain('sifaka_measurements_dropped_total{service="deploy",reason="no_room"} 100');
    await waitUntil(() => heard.reduce((sum, { measurements }) => sum + measurements.length, 0) === 20_000);
  });

  it('waits for room where it comes by the ten thousands', async () => {
    await relayOf('acme');
    for (let index = 0; index < 25_000; index += 1) {
      measure.time('response_time', index, { endpoint: '/', request_method: 'GET', status_code: 200 });
      await measure.room();
    }
    for (const relay of relays.splice(0)) relay.onApplicationShutdown();

    await waitUntil(() => heard.reduce((sum, { measurements }) => sum + measurements.length, 0) === 25_000);
    expect(await metricsText()).not.toContain('sifaka_measurements_dropped_total{service="acme"');
  });

  it('is dropped and counted while the bus is away', async () => {
    const bus = await server.bus('keyvault');
    const relay = new MeasurementRelay({ service: 'keyvault', bus: { connection: bus.connection, isConnected: false }, clock: fixedClock(now), providers: ['statsd-metrics'] });
    relays.push(relay);
    relay.onApplicationBootstrap();
    measure.count('login', { status: 'success' });
    relay.flush();

    expect(await metricsText()).toContain('sifaka_measurements_dropped_total{service="keyvault",reason="no_bus"} 1');
  });

  it('that nobody can read is passed over', async () => {
    const { connection } = await server.bus('issuer');
    connection.publish('measurement.issuer', 'no measurements');
    await waitUntil(() => warnings.length === 1);

    expect(heard).toEqual([]);
    expect(warnings).toEqual(['dropped measurements that cannot be read']);
  });
});
