import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startStatsd, type Statsd } from '@sifaka/peers';
import { describeMetricSink, testContext, type MetricSinkSubject } from '@sifaka/plugin-sdk/conformance';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import statsd from '../src/index.js';

describe('a StatsD server', () => {
  let server: Statsd;
  const options: { name: string; value: unknown }[] = [];

  beforeAll(async () => {
    server = await startStatsd();
    options.push({ name: 'host', value: server.host }, { name: 'port', value: server.port }, { name: 'prefix', value: 'sifaka.test' });
  });
  afterAll(() => server.stop());

  const subject: MetricSinkSubject = {
    plugin: statsd,
    options,
    arrived: (name) => {
      const found = server.metrics().filter((metric) => metric.name === `sifaka.test.${name}`);
      return found.map(({ type, value, tags }) => ({ name, type, value, tags }));
    },
    written: (text, what) => {
      if (what === 'name') return text.replaceAll(/[^A-Za-z0-9._-]/gu, '_');
      // eslint-disable-next-line no-control-regex -- they are what is taken out
      const clean = text.replaceAll(/[|,#;=\s\u0000-\u001f\u007f]/gu, '_');
      return what === 'tag' ? clean.replaceAll(':', '_') : clean;
    },
    at: ({ host, port }) => [{ name: 'host', value: host }, { name: 'port', value: port }],
    speaks: 'datagrams',
    wrongCredentials: null,
  };
  describeMetricSink(subject);

  it('could read every line', () => {
    expect(server.badLines()).toEqual([]);
  });

  it('that has no address is a fault in words', async () => {
    const sink = statsd.create(parsePluginOptions(statsd, [{ name: 'host', value: 'nobody.invalid' }]), testContext());
    const submitted = sink.submit([{ name: 'login', type: 'counter', value: 1, tags: {}, at: new Date() }]);
    await expect(submitted).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('StatsD') });
    await sink.close?.();
  });
});
