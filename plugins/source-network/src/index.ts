import { definePlugin } from '@sifaka/plugin-sdk';
import { NetworkOptions } from './options.js';
import { NetworkSource } from './network-source.js';

export default definePlugin({
  kind: 'source',
  slug: 'network-source',
  title: 'Network',
  description: 'Certificates, protocol versions and ciphers of TLS endpoints at hosts and blocks of addresses, STARTTLS included',
  version: '1.0.0',
  options: NetworkOptions,
  create: (options, context) => new NetworkSource(options, context),
});
