import { definePlugin, TxtSetProvider } from '@sifaka/plugin-sdk';
import { UltraDnsOptions } from './options.js';
import { UltraDnsApi } from './ultra-dns-api.js';

export default definePlugin({
  kind: 'dns',
  slug: 'ultradns',
  title: 'UltraDNS',
  description: 'TXT records for ACME challenges in primary zones at UltraDNS (Vercara)',
  version: '1.0.0',
  options: UltraDnsOptions,
  create: (options, context) =>
    new TxtSetProvider({
      api: new UltraDnsApi(options, context),
      provider: 'UltraDNS',
      advice: 'give the user rights on the active primary zones of your names',
      context,
    }),
});
