import { definePlugin } from '@sifaka/plugin-sdk';
import { VerisignSourceOptions } from './options.js';
import { VerisignSource } from './verisign-source.js';

export default definePlugin({
  kind: 'source',
  slug: 'verisign-source',
  title: 'Verisign',
  description: 'Valid certificates of the last five years in Managed PKI for SSL (VICE 2.0)',
  version: '1.0.0',
  options: VerisignSourceOptions,
  create: (options, context) => new VerisignSource(options, context),
});
