import { definePlugin } from '@sifaka/plugin-sdk';
import { WebhookOptions } from './options.js';
import { WebhookDestination } from './webhook-destination.js';

export default definePlugin({
  kind: 'destination',
  slug: 'webhook-destination',
  title: 'Webhook',
  description: 'Tells a program of certificates by signed POST requests, and leaves to it where they go',
  version: '1.0.0',
  requiresKey: false,
  needsKey: ({ includePrivateKey }) => includePrivateKey,
  options: WebhookOptions,
  create: (options, context) => new WebhookDestination(options, context),
});
