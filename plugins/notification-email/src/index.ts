import { definePlugin } from '@sifaka/plugin-sdk';
import { EmailNotifier } from './email-notifier.js';
import { EmailOptions, transportOf } from './options.js';

export default definePlugin({
  kind: 'notification',
  slug: 'email-notification',
  title: 'Email',
  description: 'Sends mail by SMTP or Amazon SES',
  version: '1.0.0',
  options: EmailOptions,
  disabledReason: (installed) => {
    const transport = transportOf(installed);
    return 'reason' in transport ? transport.reason : null;
  },
  create: (options, context) => new EmailNotifier(options, context),
});
