import { definePlugin } from '@sifaka/plugin-sdk';
import { SlackOptions } from './options.js';
import { SlackNotifier } from './slack-notifier.js';

export default definePlugin({
  kind: 'notification',
  slug: 'slack-notification',
  title: 'Slack',
  description: 'Writes into a Slack channel, by an incoming webhook or as a bot',
  version: '1.0.0',
  options: SlackOptions,
  create: (options, context) => new SlackNotifier(options, context),
});
