import { defineConfig, setting, type ConfigOf } from '@sifaka/config';
import { allowedHostFault, outboundSettings } from '@sifaka/outbound';
import { thirdPartySettings, withPluginSettings } from '@sifaka/plugin-host';
import { z } from 'zod';
import { dnsSettings } from './dns/dns.settings.js';
import { acmePlugins } from './plugins.js';

const DirectoryHost = z.string().max(300).check((context) => {
  const fault = allowedHostFault(context.value);
  if (fault !== null) context.issues.push({ code: 'custom', message: fault, input: context.value });
});

const own = defineConfig('acme', {
  ...outboundSettings,
  ...thirdPartySettings,
  ...dnsSettings,
  directoryHostAllowlist: setting(z.array(DirectoryHost).max(1_000).default([]), {
    env: ['SIFAKA_ACME_DIRECTORY_HOST_ALLOWLIST', 'ACME_DIRECTORY_HOST_ALLOWLIST'],
    describe: 'Hosts whose ACME directories authorities may use: `acme-v02.api.letsencrypt.org`, `ca.corp.example:14000`. These may have a private address, and be plain http. Empty: every https host that the outbound guard lets through.',
  }),
  acmeConcurrency: setting(z.int().min(1).max(500).default(16), {
    env: 'SIFAKA_ACME_CONCURRENCY',
    describe: 'Requests to one ACME directory at a time, of each replica.',
  }),
  acmeRequestTimeoutMs: setting(z.int().min(500).max(120_000).default(20_000), {
    env: 'SIFAKA_ACME_REQUEST_TIMEOUT_MS',
    describe: 'Longest time of one request to an ACME CA, in milliseconds.',
  }),
  propagationLimitSeconds: setting(z.int().min(1).max(86_400).default(600), {
    env: 'SIFAKA_ACME_PROPAGATION_LIMIT_SECONDS',
    describe: 'How long a TXT record or token of a challenge may take until it is seen; then the attempt has failed.',
  }),
  ordersInFlight: setting(z.int().min(1).max(1_000).default(20), {
    env: 'SIFAKA_ACME_ORDERS_IN_FLIGHT',
    describe: 'Orders of one ACME account that are worked on at a time; further ones wait for their turn.',
  }),
  retrySeconds: setting(z.number().min(0.1).max(3_600).default(10), {
    env: 'SIFAKA_ACME_RETRY_SECONDS',
    describe: 'Pause before the second attempt of an ACME order that failed; six times as long before the third, and again before the fourth, which is the last.',
  }),
});

export const acmeConfig = withPluginSettings(own, acmePlugins);

export type AcmeConfig = ConfigOf<typeof acmeConfig>;
