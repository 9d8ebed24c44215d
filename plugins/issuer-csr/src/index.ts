import { definePlugin } from '@sifaka/plugin-sdk';
import { CsrIssuer } from './csr-issuer.js';
import { CsrOptions } from './options.js';

export default definePlugin({
  kind: 'issuer',
  slug: 'csr-issuer',
  title: 'Signed elsewhere',
  description: 'Makes key and certificate request here; somebody has the request signed elsewhere and brings the certificate',
  version: '1.0.0',
  options: CsrOptions,
  create: (options, context) => new CsrIssuer(options, context),
});
