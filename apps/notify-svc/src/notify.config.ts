import { accessSettings, defineConfig, setting, type ConfigOf } from '@sifaka/config';
import { outboundSettings } from '@sifaka/outbound';
import { thirdPartySettings, withPluginSettings } from '@sifaka/plugin-host';
import { z } from 'zod';
import { notifyPlugins } from './plugins.js';

const Days = z.int().min(1).max(3_650);
const Intervals = z.array(z.int().min(1).max(90)).max(20);
const Addresses = z.array(z.email()).max(50);

/** Lemur's key was a bare host name. */
const PublicUrl = z
  .string()
  .max(1_024)
  .transform((text) => (/^https?:\/\//i.test(text) ? text : `https://${text}`).replace(/\/+$/, ''))
  .pipe(z.url({ protocol: /^https?$/ }));

const whoIsTold = {
  securityTeamEmail: setting(Addresses.default([]), {
    env: ['SIFAKA_SECURITY_TEAM_EMAIL', 'LEMUR_SECURITY_TEAM_EMAIL'],
    describe: 'E-mail addresses of the security team: recipients of expirations, failures and the daily digest. Empty: nobody but owners is told.',
  }),
  defaultNotificationPlugin: setting(z.string().min(1).max(64).default('email-notification'), {
    env: ['SIFAKA_DEFAULT_NOTIFICATION_PLUGIN', 'LEMUR_DEFAULT_NOTIFICATION_PLUGIN'],
    describe: 'Plugin of default notifications, and of every message that is no expiration.',
  }),
  disableSecurityTeamExpirationEmails: setting(z.boolean().default(false), {
    env: ['SIFAKA_DISABLE_SECURITY_TEAM_EXPIRATION_EMAILS', 'LEMUR_DISABLE_SECURITY_TEAM_EXPIRATION_EMAILS'],
    describe: 'The security team is not added to the recipients of expirations.',
  }),
  publicUrl: setting(PublicUrl.optional(), {
    env: ['SIFAKA_PUBLIC_URL', 'LEMUR_HOSTNAME'],
    describe: 'Address of the web interface, for links in messages; a bare host name means HTTPS. Without it messages have no links.',
  }),
} as const;

const whenIsTold = {
  defaultExpirationIntervals: setting(Intervals.default([30, 15, 2]), {
    env: ['SIFAKA_DEFAULT_EXPIRATION_NOTIFICATION_INTERVALS', 'LEMUR_DEFAULT_EXPIRATION_NOTIFICATION_INTERVALS'],
    describe: 'Days before the end at which owners are told, unless a certificate has notifications of its own.',
  }),
  securityTeamEmailIntervals: setting(Intervals.optional(), {
    env: ['SIFAKA_SECURITY_TEAM_EMAIL_INTERVALS', 'LEMUR_SECURITY_TEAM_EMAIL_INTERVALS'],
    describe: 'The same for the security team; an empty list switches its notifications off. Default: those of owners.',
  }),
  authorityExpirationIntervals: setting(z.array(Days).max(20).default([365, 180]), {
    env: ['SIFAKA_AUTHORITY_CERT_EXPIRATION_EMAIL_INTERVALS', 'LEMUR_AUTHORITY_CERT_EXPIRATION_EMAIL_INTERVALS'],
    describe: 'Days before the end of an authority at which its owner and the security team are told.',
  }),
  expirationSummaryThresholdDays: setting(z.int().min(1).max(365).default(14), {
    env: ['SIFAKA_EXPIRATION_SUMMARY_EMAIL_THRESHOLD_DAYS', 'LEMUR_EXPIRATION_SUMMARY_EMAIL_THRESHOLD_DAYS'],
    describe: 'Days that the digest of the security team looks ahead.',
  }),
  expiringDeployedThresholdDays: setting(z.int().min(1).max(365).default(14), {
    env: ['SIFAKA_EXPIRING_DEPLOYED_CERT_THRESHOLD_DAYS', 'LEMUR_EXPIRING_DEPLOYED_CERT_THRESHOLD_DAYS'],
    describe: 'Days before its end at which a certificate that hosts still present is worth a message to the security team.',
  }),
} as const;

const whatIsTold = {
  excludedNames: setting(z.array(z.string().min(1).max(256)).max(1_000).default([]), {
    env: ['SIFAKA_EXCLUDE_CN_FROM_NOTIFICATION', 'EXCLUDE_CN_FROM_NOTIFICATION'],
    describe: 'Certificates whose name contains one of these texts, whatever the case, are not told of by periodic tasks.',
  }),
  disabledNotificationPlugins: setting(z.array(z.string().min(1).max(64)).max(100).default([]), {
    env: ['SIFAKA_DISABLE_NOTIFICATION_PLUGINS', 'DISABLE_NOTIFICATION_PLUGINS'],
    describe: 'Plugins that expirations are not told with.',
  }),
  reissueNotification: setting(z.boolean().default(false), {
    env: ['SIFAKA_ENABLE_REISSUE_NOTIFICATION', 'ENABLE_REISSUE_NOTIFICATION'],
    describe: 'Owner and security team are told when a renewal failed, and when a renewed certificate has no endpoints that would be rotated to it.',
  }),
  reissueNotificationExcludedDestinations: setting(z.array(z.string().min(1).max(128)).max(1_000).default([]), {
    env: ['SIFAKA_REISSUE_NOTIFICATION_EXCLUDED_DESTINATIONS', 'LEMUR_REISSUE_NOTIFICATION_EXCLUDED_DESTINATIONS'],
    describe: 'Labels of destinations that look after themselves: renewed certificates that go there are not told of for having no endpoints.',
  }),
  templateFolder: setting(z.string().min(1).max(4_096).optional(), {
    env: 'SIFAKA_TEMPLATE_FOLDER',
    describe: 'Folder with templates of messages (`expiration.subject.eta`, `expiration.text.eta`, `expiration.html.eta`, …) that take the place of the built-in ones. They are tried at start. What is in them is code that runs in this service.',
  }),
  rotationNotification: setting(z.boolean().default(false), {
    env: ['SIFAKA_ENABLE_ROTATION_NOTIFICATION', 'ENABLE_ROTATION_NOTIFICATION'],
    describe: 'The owner is told when an endpoint presents another certificate.',
  }),
} as const;

export const notifyConfig = withPluginSettings(
  defineConfig('notify', { ...accessSettings, ...whoIsTold, ...whenIsTold, ...whatIsTold, ...outboundSettings, ...thirdPartySettings }),
  notifyPlugins,
);

export type NotifyConfig = ConfigOf<typeof notifyConfig>;
