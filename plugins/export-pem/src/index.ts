import { definePlugin } from '@sifaka/plugin-sdk';
import { PemOptions } from './options.js';
import { PemExporter } from './pem-exporter.js';

export default definePlugin({
  kind: 'export',
  slug: 'pem-export',
  title: 'PEM',
  description: 'PEM file with certificate, chain and private key, or some of them',
  version: '1.0.0',
  options: PemOptions,
  create: (options, context) => new PemExporter(options, context),
});
