import { definePlugin } from '@sifaka/plugin-sdk';
import { SnsOptions } from './options.js';
import { SnsNotifier } from './sns-notifier.js';

export default definePlugin({
  kind: 'notification',
  slug: 'aws-sns',
  title: 'AWS SNS',
  description: 'Publishes a JSON message for each certificate on a topic of Amazon SNS',
  version: '1.0.0',
  options: SnsOptions,
  create: (options, context) => new SnsNotifier(options, context),
});
