import { definePlugin } from '@sifaka/plugin-sdk';
import { EntrustSourceOptions } from './options.js';
import { EntrustSource } from './entrust-source.js';

export default definePlugin({
  kind: 'source',
  slug: 'entrust-source',
  title: 'Entrust',
  description: 'Active certificates of an account at Entrust Certificate Services',
  version: '1.0.0',
  options: EntrustSourceOptions,
  create: (options, context) => new EntrustSource(options, context),
});
