import { definePlugin } from '@sifaka/plugin-sdk';
import { DigicertIssuer } from './digicert-issuer.js';
import { DigicertOptions } from './options.js';

export default definePlugin({
  kind: 'issuer',
  slug: 'digicert-issuer',
  title: 'DigiCert',
  description: 'Certificates ordered from DigiCert CertCentral, at once or after an approval',
  version: '1.0.0',
  options: DigicertOptions,
  create: (options, context) => new DigicertIssuer(options, context),
});
