import { definePlugin } from '@sifaka/plugin-sdk';
import { NsoneApi } from './nsone-api.js';
import { NsoneProvider } from './nsone-provider.js';
import { NsoneOptions } from './options.js';

export default definePlugin({
  kind: 'dns',
  slug: 'nsone',
  title: 'NS1',
  description: 'TXT records for ACME challenges in primary zones at NS1 (IBM NS1 Connect)',
  version: '1.0.0',
  options: NsoneOptions,
  create: (options, context) => new NsoneProvider(new NsoneApi(options, context), context),
});
