import { defineConfig, type ConfigOf } from '@sifaka/config';

/** Nothing yet but what every service has. */
export const acmeConfig = defineConfig('acme', {});

export type AcmeConfig = ConfigOf<typeof acmeConfig>;
