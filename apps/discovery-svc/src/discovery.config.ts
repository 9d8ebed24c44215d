import { accessSettings, defineConfig, setting, type ConfigOf } from '@sifaka/config';
import { outboundSettings } from '@sifaka/outbound';
import { thirdPartySettings, withPluginSettings } from '@sifaka/plugin-host';
import { z } from 'zod';
import { discoveryPlugins } from './plugins.js';
import { scheduleFault } from './source/schedule.js';

const Schedule = z.string().max(64).check((context) => {
  const fault = scheduleFault(context.value);
  if (fault !== null) context.issues.push({ code: 'custom', message: fault, input: context.value });
});

const settings = {
  ...accessSettings,
  ...outboundSettings,
  ...thirdPartySettings,
  sourceSyncSchedule: setting(Schedule.default('5 */3 * * *'), {
    env: 'SIFAKA_SOURCE_SYNC_SCHEDULE',
    describe: 'When new sources are looked at that name no schedule of their own: five cron fields, UTC.',
  }),
  sourceSyncConcurrency: setting(z.int().min(1).max(50).default(4), {
    env: 'SIFAKA_SOURCE_SYNC_CONCURRENCY',
    describe: 'Sources that one replica looks at side by side.',
  }),
  sourceRunsKeptDays: setting(z.int().min(1).max(3_650).default(30), {
    env: 'SIFAKA_SOURCE_RUNS_KEPT_DAYS',
    describe: 'Days for which runs over sources and their findings are kept; the last one of each source, and the last that read everything, stay.',
  }),
  endpointExpireHours: setting(z.number().min(0).max(24 * 365).default(2), {
    env: ['SIFAKA_ENDPOINT_EXPIRE_HOURS', 'CELERY_ENDPOINTS_EXPIRE_TIME_IN_HOURS'],
    describe: 'Hours after which an endpoint is deleted that its source does not report any more.',
  }),
  endpointCheckMinutes: setting(z.int().min(1).max(10_080).default(60), {
    env: 'SIFAKA_ENDPOINT_CHECK_MINUTES',
    describe: 'Minutes between two looks at an endpoint that no source reports: those made by hand, and those that destinations serve from.',
  }),
  endpointCheckConcurrency: setting(z.int().min(1).max(200).default(20), {
    env: 'SIFAKA_ENDPOINT_CHECK_CONCURRENCY',
    describe: 'Endpoints that one replica looks at side by side.',
  }),
  cleanSourcesCommit: setting(z.boolean().default(false), {
    env: 'SIFAKA_CLEAN_SOURCES_COMMIT',
    describe: 'Let the weekly task clean_all_sources remove expired certificates without endpoints from their sources; otherwise it says which ones it would remove.',
  }),
  expiringDeployedThresholdDays: setting(z.int().min(0).max(3_650).default(14), {
    env: ['SIFAKA_EXPIRING_DEPLOYED_CERT_THRESHOLD_DAYS', 'LEMUR_EXPIRING_DEPLOYED_CERT_THRESHOLD_DAYS'],
    describe: 'Days before their end from which certificates are looked for at the hosts of their names.',
  }),
  deployedCheckPorts: setting(z.array(z.int().min(1).max(65_535)).min(1).max(20).default([443]), {
    env: ['SIFAKA_PORTS_FOR_DEPLOYED_CERTIFICATE_CHECK', 'LEMUR_PORTS_FOR_DEPLOYED_CERTIFICATE_CHECK'],
    describe: 'Ports on which hosts are asked whether they still present certificates that end soon.',
  }),
  deployedCheckExcludedDomains: setting(z.array(z.string().min(1).max(256)).max(1_000).default([]), {
    env: ['SIFAKA_DEPLOYED_CERTIFICATE_CHECK_EXCLUDED_DOMAINS', 'LEMUR_DEPLOYED_CERTIFICATE_CHECK_EXCLUDED_DOMAINS'],
    describe: 'Hosts are not asked whose names contain one of these, nor those of certificates whose own names do.',
  }),
  deployedCheckExcludedOwners: setting(z.array(z.string().min(1).max(256)).max(1_000).default([]), {
    env: ['SIFAKA_DEPLOYED_CERTIFICATE_CHECK_EXCLUDED_OWNERS', 'LEMUR_DEPLOYED_CERTIFICATE_CHECK_EXCLUDED_OWNERS'],
    describe: 'Owners whose certificates are not looked for.',
  }),
  deployedCheckCommit: setting(z.boolean().default(false), {
    env: ['SIFAKA_DEPLOYED_CERTIFICATE_CHECK_COMMIT_MODE', 'LEMUR_DEPLOYED_CERTIFICATE_CHECK_COMMIT_MODE'],
    describe: 'Keep what hosts present; otherwise the task identify_expiring_deployed_certificates only reports it, and nobody is told.',
  }),
} as const;

export const discoveryConfig = withPluginSettings(defineConfig('discovery', settings), discoveryPlugins);

export type DiscoveryConfig = ConfigOf<typeof discoveryConfig>;
