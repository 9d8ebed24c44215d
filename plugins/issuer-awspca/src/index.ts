import { definePlugin } from '@sifaka/plugin-sdk';
import { AwspcaIssuer } from './awspca-issuer.js';
import { AwspcaOptions } from './options.js';

export default definePlugin({
  kind: 'issuer',
  slug: 'awspca-issuer',
  title: 'AWS Private CA',
  description: 'Certificates from a CA of AWS Private Certificate Authority',
  version: '1.0.0',
  options: AwspcaOptions,
  create: (options, context) => new AwspcaIssuer(options, context),
});
