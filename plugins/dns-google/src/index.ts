import { definePlugin, TxtSetProvider } from '@sifaka/plugin-sdk';
import { GoogleApi } from './google-api.js';
import { GoogleOptions } from './options.js';

export default definePlugin({
  kind: 'dns',
  slug: 'google',
  title: 'Google Cloud DNS',
  description: 'TXT records for ACME challenges in public zones of Google Cloud DNS',
  version: '1.0.0',
  options: GoogleOptions,
  create: (options, context) =>
    new TxtSetProvider({
      api: new GoogleApi(options, context),
      provider: 'Google Cloud DNS',
      advice: 'make a public one in this project, or give the project that holds the zones of your names',
      context,
      // A change names what it replaces, which keeps writers apart.
      settleMs: 0,
    }),
});
