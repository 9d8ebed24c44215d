import { definePlugin } from '@sifaka/plugin-sdk';
import { OpensslExporter } from './openssl-exporter.js';
import { OpensslExportOptions } from './options.js';

export default definePlugin({
  kind: 'export',
  slug: 'openssl-export',
  title: 'OpenSSL',
  description: 'PKCS#12 file with certificate, chain and private key',
  version: '1.0.0',
  options: OpensslExportOptions,
  create: (options, context) => new OpensslExporter(options, context),
});
