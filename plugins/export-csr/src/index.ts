import { definePlugin } from '@sifaka/plugin-sdk';
import { CsrExporter } from './csr-exporter.js';
import { CsrOptions } from './options.js';

export default definePlugin({
  kind: 'export',
  slug: 'openssl-csr',
  title: 'CSR',
  description: 'Certificate signing request for the same subject, names and key',
  version: '1.0.0',
  options: CsrOptions,
  create: () => new CsrExporter(),
});
