import { definePlugin } from '@sifaka/plugin-sdk';
import { AdcsSourceOptions } from './options.js';
import { AdcsSource } from './adcs-source.js';

export default definePlugin({
  kind: 'source',
  slug: 'adcs-source',
  title: 'ADCS',
  description: 'Certificates that Active Directory Certificate Services issued for servers, by their request ids',
  version: '1.0.0',
  options: AdcsSourceOptions,
  create: (options, context) => new AdcsSource(options, context),
});
