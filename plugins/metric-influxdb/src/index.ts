import { definePlugin } from '@sifaka/plugin-sdk';
import { InfluxSink } from './influx-sink.js';
import { InfluxOptions } from './options.js';

export default definePlugin({
  kind: 'metric',
  slug: 'influxdb-metric',
  title: 'InfluxDB',
  description: 'Measurements for InfluxDB, by its line protocol over HTTP',
  version: '1.0.0',
  options: InfluxOptions,
  create: (options, context) => new InfluxSink(options, context),
});
