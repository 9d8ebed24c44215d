import { definePlugin } from '@sifaka/plugin-sdk';
import { DynApi } from './dyn-api.js';
import { DynProvider } from './dyn-provider.js';
import { DynOptions } from './options.js';

export default definePlugin({
  kind: 'dns',
  slug: 'dyn',
  title: 'Dyn Managed DNS',
  description: 'TXT records for ACME challenges in zones at Dyn (Oracle)',
  version: '1.0.0',
  options: DynOptions,
  create: (options, context) => new DynProvider(new DynApi(options, context), context),
});
