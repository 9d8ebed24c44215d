import { definePlugin } from '@sifaka/plugin-sdk';
import { PagerDutyOptions } from './options.js';
import { PagerDutyNotifier } from './pagerduty-notifier.js';

export default definePlugin({
  kind: 'notification',
  slug: 'pagerduty-notification',
  title: 'PagerDuty',
  description: 'Raises alerts at PagerDuty by its Events API v2',
  version: '1.0.0',
  options: PagerDutyOptions,
  create: (options, context) => new PagerDutyNotifier(options, context),
});
