import { expirationOptions, intervalRefusal, isIntervalAllowed, matching, secret } from '@sifaka/plugin-sdk';
import { z } from 'zod';

/** Where Slack's incoming webhooks are, also those of its second cloud. */
export const webhookAddress = /^https:\/\/hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\//;
export const apiAddress = /^https:\/\/(?:www\.)?slack(?:-gov)?\.com\/api\/?$/;

export const SlackOptions = z
  .object({
    ...expirationOptions,
    webhook: z
      .url({ protocol: /^https?$/ })
      .max(2_048)
      .optional()
      .describe('Incoming webhook, https://hooks.slack.com/services/…; who knows it may write there. Or token and channel')
      .meta({ sensitive: true }),
    username: z.string().max(80).default('Sifaka').describe('Name that messages are signed with'),
    recipients: matching('(?:[@#][^\\s,]{1,79})?$').optional().describe('Where to, for webhooks that may choose: @user or #channel'),
    token: secret().regex(/^xox[a-z][-.][\w.-]{4,500}$/, { error: 'must be a bot token, xoxb-…' }).optional().describe('Bot token (xoxb-…) with the scope chat:write, in place of a webhook'),
    channel: matching('(?:[#@]?[^\\s,]{1,80})?$').optional().describe('Channel for the token: its id (C0123456789) or #name; the bot must be in it'),
    api_url: z.url({ protocol: /^https?$/ }).max(2_048).default('https://slack.com/api').describe('Address of the web API, for clouds of their own'),
  })
  .refine(({ webhook, token }) => (webhook === undefined) !== (token === undefined), { path: ['webhook'], error: 'give a webhook, or token and channel: one of the two' })
  .refine(({ token, channel, recipients }) => token === undefined || (channel ?? recipients ?? '') !== '', { path: ['channel'], error: 'required with a token' })
  .refine(isIntervalAllowed, intervalRefusal);
export type SlackOptions = z.output<typeof SlackOptions>;
