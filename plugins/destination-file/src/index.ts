import { definePlugin } from '@sifaka/plugin-sdk';
import { FileDestination } from './file-destination.js';
import { FileOptions } from './options.js';

export default definePlugin({
  kind: 'destination',
  slug: 'file-destination',
  title: 'Files',
  description: 'Certificates and keys as files of a server on the machine of the platform itself, in folders that its administrator allows',
  version: '1.0.0',
  options: FileOptions,
  create: (options, context) => new FileDestination(options, context),
});
