import { definePlugin } from '@sifaka/plugin-sdk';
import { StatsdOptions } from './options.js';
import { StatsdSink } from './statsd-sink.js';

export default definePlugin({
  kind: 'metric',
  slug: 'statsd-metrics',
  title: 'Statsd',
  description: 'Measurements for a StatsD server or agent that understands the tags of DogStatsD, by UDP',
  version: '1.0.0',
  options: StatsdOptions,
  create: (options) => new StatsdSink(options),
});
