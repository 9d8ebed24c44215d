import { definePlugin } from '@sifaka/plugin-sdk';
import { AcmeDnsProvider } from './acme-dns-provider.js';
import { AcmeDnsOptions } from './options.js';

export default definePlugin({
  kind: 'dns',
  slug: 'acmedns',
  title: 'acme-dns',
  description: 'TXT records for ACME challenges at an acme-dns server, for names whose _acme-challenge is an alias to it',
  version: '1.0.0',
  options: AcmeDnsOptions,
  create: (options, context) => new AcmeDnsProvider(options, context),
});
