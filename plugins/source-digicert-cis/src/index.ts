import { definePlugin } from '@sifaka/plugin-sdk';
import { DigicertCisSourceOptions } from './options.js';
import { DigicertCisSource } from './digicert-cis-source.js';

export default definePlugin({
  kind: 'source',
  slug: 'digicert-cis-source',
  title: 'DigiCert CIS',
  description: 'Certificates of the Certificate Issuing Service of DigiCert',
  version: '1.0.0',
  options: DigicertCisSourceOptions,
  create: (options, context) => new DigicertCisSource(options, context),
});
