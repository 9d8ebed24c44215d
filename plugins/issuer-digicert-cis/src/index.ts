import { definePlugin } from '@sifaka/plugin-sdk';
import { DigicertCisIssuer } from './digicert-cis-issuer.js';
import { DigicertCisOptions } from './options.js';

export default definePlugin({
  kind: 'issuer',
  slug: 'digicert-cis-issuer',
  title: 'DigiCert CIS',
  description: "Certificates from DigiCert's Certificate Issuing Service",
  version: '1.0.0',
  options: DigicertCisOptions,
  create: (options, context) => new DigicertCisIssuer(options, context),
});
