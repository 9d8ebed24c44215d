import { definePlugin } from '@sifaka/plugin-sdk';
import { AtlasSink } from './atlas-sink.js';
import { AtlasOptions } from './options.js';

export default definePlugin({
  kind: 'metric',
  slug: 'atlas-metric',
  title: 'Atlas',
  description: 'Measurements for Netflix Atlas, posted to the sidecar on each host',
  version: '1.0.0',
  options: AtlasOptions,
  create: (options, context) => new AtlasSink(options, context),
});
