import { definePlugin } from '@sifaka/plugin-sdk';
import { AtlasRedisSink } from './atlas-redis-sink.js';
import { AtlasRedisOptions } from './options.js';

export default definePlugin({
  kind: 'metric',
  slug: 'atlas-metric-redis',
  title: 'AtlasRedis',
  description: 'Measurements for Netflix Atlas, by way of a list in Redis that an agent empties',
  version: '1.0.0',
  options: AtlasRedisOptions,
  create: (options, context) => new AtlasRedisSink(options, context),
});
