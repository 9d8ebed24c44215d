import { defineConfig, type ConfigOf } from '@sifaka/config';

/** Nothing yet but what every service has. */
export const deployConfig = defineConfig('deploy', {});

export type DeployConfig = ConfigOf<typeof deployConfig>;
