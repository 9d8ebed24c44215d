import { definePlugin } from '@sifaka/plugin-sdk';
import { EntrustIssuer } from './entrust-issuer.js';
import { EntrustOptions } from './options.js';

export default definePlugin({
  kind: 'issuer',
  slug: 'entrust-issuer',
  title: 'Entrust',
  description: 'Certificates from Entrust Certificate Services, at once or after an approval',
  version: '1.0.0',
  options: EntrustOptions,
  create: (options, context) => new EntrustIssuer(options, context),
});
