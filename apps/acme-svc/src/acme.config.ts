import { defineConfig, setting, type ConfigOf } from '@sifaka/config';
import { z } from 'zod';

export const acmeConfig = defineConfig('acme', {
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
  }),});

export type AcmeConfig = ConfigOf<typeof acmeConfig>;
