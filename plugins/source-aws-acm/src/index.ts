import { definePlugin } from '@sifaka/plugin-sdk';
import { AcmSource } from './acm-source.js';
import { AcmSourceOptions } from './options.js';

export default definePlugin({
  kind: 'source',
  slug: 'aws-acm-source',
  title: 'AWS-ACM',
  description: 'Certificates of AWS Certificate Manager, imported ones and those that Amazon issued, in all regions',
  version: '1.0.0',
  options: AcmSourceOptions,
  create: (options, context) => new AcmSource(options, context),
});
