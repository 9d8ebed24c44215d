import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineConfig } from '@sifaka/config';
import { platformTables } from '@sifaka/database';
import { measure, metricsText } from '@sifaka/observability';
import { outboundSettings } from '@sifaka/outbound';
import { PluginHostModule, thirdPartySettings, withPluginSettings } from '@sifaka/plugin-host';
import { startStandIn, type StandIn } from '@sifaka/plugin-sdk/conformance';
import { defineService, startService } from '@sifaka/runtime';
import { freePort, testPlatform, waitUntil, type TestPlatform } from '@sifaka/testing';
import { measurementParts } from '../measurement/measurement.parts.js';
import { metricPlugins } from '../plugins.js';

/** The service with its metric plugins alone. */
@Module({ imports: [PluginHostModule.forService({ service: 'notify', kinds: ['metric'], plugins: metricPlugins })], ...measurementParts })
class MeasuringModule {}

const measuring = defineService({
  name: 'notify',
  config: withPluginSettings(defineConfig('notify', { ...outboundSettings, ...thirdPartySettings }), metricPlugins),
  migrations: platformTables('notify'),
  module: () => MeasuringModule,
});

let sidecar: StandIn;
const datagrams: string[] = [];
const statsd = createSocket('udp4');
let platform: TestPlatform;

beforeAll(async () => {
  sidecar = await startStandIn(() => ({ status: 200 }));
  statsd.on('message', (message) => datagrams.push(message.toString()));
  await new Promise<void>((resolve) => statsd.bind(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = statsd.address();
  platform = await testPlatform({
    services: [measuring],
    env: {
      METRIC_PROVIDERS: 'atlas-metric,influxdb-metric,statsd-metrics',
      ATLAS_SIDECAR_PORT: new URL(sidecar.url).port,
      ATLAS_SIDECAR_HOST: '127.0.0.1',
      STATSD_HOST: '127.0.0.1',
      STATSD_PORT: String(port),
      STATSD_PREFIX: 'lemur',
      // Nobody is there.
      INFLUXDB_URL: `http://127.0.0.1:${await freePort()}`,
    },
  });
}, 60_000);
afterAll(async () => {
  await platform.stop();
  await sidecar.stop();
  statsd.close();
});

describe('metric providers', () => {
  it('get every measurement with the name, type and tags of Lemur, though one of them is away', async () => {
    measure.count('certificate_issued', { owner: 'joe@example.test', issuer: 'ExampleCA' });
    measure.gauge('sync.updated_certs_by_hash', 7, { source: 'eu' });

    const posted = await waitUntil(() => sidecar.requests.flatMap(({ json }) => (Array.isArray(json) ? json : [])).find(({ name }) => name === 'certificate_issued'));
    expect(posted).toEqual({ name: 'certificate_issued', type: 'COUNTER', value: 1, tags: { owner: 'joe@example.test', issuer: 'ExampleCA' }, timestamp: expect.any(Number) });
    const lines = await waitUntil(() => {
      const all = datagrams.flatMap((text) => text.split('\n'));
      return all.length >= 2 ? all : null;
    });
    expect(lines).toEqual(expect.arrayContaining(['lemur.certificate_issued:1|c|#owner:joe@example.test,issuer:ExampleCA', 'lemur.sync.updated_certs_by_hash:7|g|#source:eu']));
    await waitUntil(async () => {
      const text = await metricsText();
      return text.includes('sifaka_measurements_lost_total{provider="influxdb-metric"') && text.includes('sifaka_measurements_handed_over_total{provider="atlas-metric"');
    });
  });

  it.each([
    ['that nobody has', { METRIC_PROVIDERS: 'atlas-metrics' }, 'SIFAKA_METRIC_PROVIDERS: there is no metric plugin "atlas-metrics"; there are atlas-metric, atlas-metric-redis, statsd-metrics, influxdb-metric'],
    ['whose settings contradict each other', { METRIC_PROVIDERS: 'influxdb-metric', INFLUXDB_BUCKET: 'a', INFLUXDB_DATABASE: 'b' }, 'give a database (InfluxDB 1) or a bucket (InfluxDB 2), not both'],
  ])('%s keep the service from starting, in words', async (_what, env, words) => {
    const started = startService(measuring, { env: { ...platform.environmentOf('notify'), ...env } });
    await expect(started).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining(words) });
  });
});
