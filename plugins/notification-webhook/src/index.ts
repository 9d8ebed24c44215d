import { definePlugin } from '@sifaka/plugin-sdk';
import { WebhookOptions } from './options.js';
import { WebhookNotifier } from './webhook-notifier.js';

export default definePlugin({
  kind: 'notification',
  slug: 'webhook-notification',
  title: 'Webhook',
  description: 'Tells a program by signed POST requests with CloudEvents',
  version: '1.0.0',
  options: WebhookOptions,
  create: (options, context) => new WebhookNotifier(options, context),
});
