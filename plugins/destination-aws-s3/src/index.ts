import { definePlugin } from '@sifaka/plugin-sdk';
import { S3Options } from './options.js';
import { S3Destination } from './s3-destination.js';

export default definePlugin({
  kind: 'destination',
  slug: 'aws-s3',
  title: 'AWS-S3',
  description: 'Certificates as files of an export plugin, and tokens of HTTP-01 challenges, in an S3 bucket',
  version: '1.0.0',
  options: S3Options,
  create: (options, context) => new S3Destination(options, context),
});
