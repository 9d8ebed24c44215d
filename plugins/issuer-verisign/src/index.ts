import { definePlugin } from '@sifaka/plugin-sdk';
import { VerisignOptions } from './options.js';
import { VerisignIssuer } from './verisign-issuer.js';

export default definePlugin({
  kind: 'issuer',
  slug: 'verisign-issuer',
  title: 'Verisign',
  description: 'Certificates ordered through the VICE 2.0 web services of Symantec Managed PKI for SSL',
  version: '1.0.0',
  options: VerisignOptions,
  create: (options, context) => new VerisignIssuer(options, context),
});
