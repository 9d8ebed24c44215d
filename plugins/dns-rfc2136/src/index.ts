import { definePlugin } from '@sifaka/plugin-sdk';
import { DnsServer } from './dns-server.js';
import { Rfc2136Options } from './options.js';
import { Rfc2136Provider } from './rfc2136-provider.js';

export default definePlugin({
  kind: 'dns',
  slug: 'rfc2136',
  title: 'Dynamic DNS update (RFC 2136)',
  description: 'TXT records for ACME challenges at any name server that takes dynamic updates signed with TSIG, such as BIND, Knot, PowerDNS or Microsoft DNS',
  version: '1.0.0',
  options: Rfc2136Options,
  create: (options, context) => new Rfc2136Provider(options, new DnsServer(options, context)),
});
