import { definePlugin } from '@sifaka/plugin-sdk';
import { AwsSource } from './aws-source.js';
import { AwsSourceOptions } from './options.js';

export default definePlugin({
  kind: 'source',
  slug: 'aws-source',
  title: 'AWS',
  description: 'Server certificates of IAM, and the load balancers or distributions that present certificates of IAM and ACM',
  version: '1.0.0',
  options: AwsSourceOptions,
  create: (options, context) => new AwsSource(options, context),
});
