import { definePlugin } from '@sifaka/plugin-sdk';
import { Pkcs7Options } from './options.js';
import { Pkcs7Exporter } from './pkcs7-exporter.js';

export default definePlugin({
  kind: 'export',
  slug: 'pkcs7-export',
  title: 'PKCS#7',
  description: 'PKCS#7 file with certificate and chain, without private key',
  version: '1.0.0',
  requiresKey: false,
  options: Pkcs7Options,
  create: (options) => new Pkcs7Exporter(options),
});
