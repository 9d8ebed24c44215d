import { definePlugin } from '@sifaka/plugin-sdk';
import { DigicertSourceOptions } from './options.js';
import { DigicertSource } from './digicert-source.js';

export default definePlugin({
  kind: 'source',
  slug: 'digicert-source',
  title: 'DigiCert',
  description: 'Certificates of the issued orders of an organization at DigiCert CertCentral',
  version: '1.0.0',
  options: DigicertSourceOptions,
  create: (options, context) => new DigicertSource(options, context),
});
