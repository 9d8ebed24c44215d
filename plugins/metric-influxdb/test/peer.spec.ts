import { afterAll, beforeAll } from '@jest/globals';
import { describeWithPeers, startInfluxDb, type InfluxDb } from '@sifaka/peers';
import { describeMetricSink, type MetricSinkSubject } from '@sifaka/plugin-sdk/conformance';
import influxdb from '../src/index.js';

describeWithPeers(['influxdb'], 'InfluxDB 1', () => {
  let server: InfluxDb;
  const options: { name: string; value: unknown }[] = [];

  beforeAll(async () => {
    server = await startInfluxDb();
    options.push({ name: 'url', value: server.url }, { name: 'database', value: server.database }, { name: 'username', value: server.username }, { name: 'password', value: server.password });
  });
  afterAll(() => server.stop());

  const subject: MetricSinkSubject = {
    plugin: influxdb,
    options,
    arrived: async (name) => {
      const points = await server.points(name);
      return points.map(({ time, value, tags: { metric_type: type = '', ...tags } }) => ({ name, type: type === 'counter' || type === 'gauge' ? type : 'timer', value, tags, at: time }));
    },
    // eslint-disable-next-line no-control-regex -- they are what is taken out
    written: (text) => text.replaceAll('\\', '/').replaceAll(/[\u0000-\u001f\u007f]/gu, ' '),
    at: ({ host, port }) => [{ name: 'url', value: `http://${host}:${port}` }],
    speaks: 'http',
    wrongCredentials: [{ name: 'password', value: 'wrong-password-of-the-test' }],
  };
  describeMetricSink(subject);
});
