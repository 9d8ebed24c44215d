import { definePlugin } from '@sifaka/plugin-sdk';
import { PowerDnsOptions } from './options.js';
import { PowerDnsApi } from './power-dns-api.js';
import { PowerDnsProvider } from './power-dns-provider.js';

export default definePlugin({
  kind: 'dns',
  slug: 'powerdns',
  title: 'PowerDNS',
  description: 'TXT records for ACME challenges in the zones of a PowerDNS Authoritative Server, through its HTTP API',
  version: '1.0.0',
  options: PowerDnsOptions,
  create: (options, context) => new PowerDnsProvider(new PowerDnsApi(options, context), context),
});
