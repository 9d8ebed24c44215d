import { definePlugin } from '@sifaka/plugin-sdk';
import { FileSource } from './file-source.js';
import { FileSourceOptions } from './options.js';

export default definePlugin({
  kind: 'source',
  slug: 'file-source',
  title: 'Files',
  description: "Certificates in files of the platform's machine: PEM, DER, PKCS#7, PKCS#12, Java key stores",
  version: '1.0.0',
  options: FileSourceOptions,
  create: (options, context) => new FileSource(options, context),
});
