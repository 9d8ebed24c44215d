import { definePlugin } from '@sifaka/plugin-sdk';
import { CfsslIssuer } from './cfssl-issuer.js';
import { CfsslOptions } from './options.js';

export default definePlugin({
  kind: 'issuer',
  slug: 'cfssl-issuer',
  title: 'CFSSL',
  description: 'Certificates from a CFSSL server, with or without authenticated requests',
  version: '1.0.0',
  options: CfsslOptions,
  create: (options, context) => new CfsslIssuer(options, context),
});
