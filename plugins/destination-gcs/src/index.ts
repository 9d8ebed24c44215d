import { definePlugin } from '@sifaka/plugin-sdk';
import { GcsDestination } from './gcs-destination.js';
import { GcsOptions } from './options.js';

export default definePlugin({
  kind: 'destination',
  slug: 'gcs-destination',
  title: 'Google Cloud Storage',
  description: 'Certificates with their chains, and their keys, as objects of a Cloud Storage bucket',
  version: '1.0.0',
  requiresKey: false,
  takesKey: true,
  options: GcsOptions,
  create: (options, context) => new GcsDestination(options, context),
});
