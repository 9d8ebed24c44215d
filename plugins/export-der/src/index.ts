import { definePlugin } from '@sifaka/plugin-sdk';
import { DerExporter } from './der-exporter.js';
import { DerOptions } from './options.js';

export default definePlugin({
  kind: 'export',
  slug: 'der-export',
  title: 'DER',
  description: 'The certificate in binary form, without chain and private key',
  version: '1.0.0',
  requiresKey: false,
  options: DerOptions,
  create: () => new DerExporter(),
});
