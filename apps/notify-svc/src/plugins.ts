import metricAtlas from '@sifaka/plugin-metric-atlas';
import metricAtlasRedis from '@sifaka/plugin-metric-atlas-redis';
import metricInfluxdb from '@sifaka/plugin-metric-influxdb';
import metricStatsd from '@sifaka/plugin-metric-statsd';
import notificationAwsSns from '@sifaka/plugin-notification-aws-sns';
import notificationEmail from '@sifaka/plugin-notification-email';
import notificationPagerduty from '@sifaka/plugin-notification-pagerduty';
import notificationSlack from '@sifaka/plugin-notification-slack';
import notificationTeams from '@sifaka/plugin-notification-teams';
import notificationWebhook from '@sifaka/plugin-notification-webhook';
import type { Plugin } from '@sifaka/plugin-sdk';

/** Metric plugins, of which the configuration chooses. */
export const metricPlugins: readonly Plugin<'metric'>[] = [metricAtlas, metricAtlasRedis, metricStatsd, metricInfluxdb];

/** Plugins that tell people and programs what happened. */
export const notificationPlugins: readonly Plugin<'notification'>[] = [notificationEmail, notificationSlack, notificationAwsSns, notificationWebhook, notificationTeams, notificationPagerduty];

/** Every notification or metric plugin that this service hosts. A plugin that is not here does not exist. */
export const notifyPlugins: readonly Plugin<'notification' | 'metric'>[] = [...notificationPlugins, ...metricPlugins];
