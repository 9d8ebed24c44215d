import { definePlugin } from '@sifaka/plugin-sdk';
import { GooglecaIssuer } from './googleca-issuer.js';
import { GooglecaOptions } from './options.js';

export default definePlugin({
  kind: 'issuer',
  slug: 'googleca-issuer',
  title: 'Google CA',
  description: 'Certificates from a CA of Google Cloud Certificate Authority Service',
  version: '1.0.0',
  options: GooglecaOptions,
  create: (options, context) => new GooglecaIssuer(options, context),
});
