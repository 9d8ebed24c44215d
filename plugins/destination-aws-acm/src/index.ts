import { definePlugin } from '@sifaka/plugin-sdk';
import { AcmDestination } from './acm-destination.js';
import { AcmOptions } from './options.js';

export default definePlugin({
  kind: 'destination',
  slug: 'aws-acm-dest',
  title: 'AWS-ACM',
  description: 'Certificates imported into AWS Certificate Manager; a new one takes the ARN of the one that it replaces',
  version: '1.0.0',
  options: AcmOptions,
  create: (options, context) => new AcmDestination(options, context),
});
