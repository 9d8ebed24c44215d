import { definePlugin } from '@sifaka/plugin-sdk';
import { TeamsOptions } from './options.js';
import { TeamsNotifier } from './teams-notifier.js';

export default definePlugin({
  kind: 'notification',
  slug: 'teams-notification',
  title: 'Microsoft Teams',
  description: 'Posts Adaptive Cards into a Teams channel through a workflow',
  version: '1.0.0',
  options: TeamsOptions,
  create: (options, context) => new TeamsNotifier(options, context),
});
