import { defineConfig, type ConfigOf } from '@sifaka/config';

/** Nothing yet but what every service has. */
export const discoveryConfig = defineConfig('discovery', {});

export type DiscoveryConfig = ConfigOf<typeof discoveryConfig>;
