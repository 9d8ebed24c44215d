import { defineConfig, type ConfigOf } from '@sifaka/config';

/** Nothing yet but what every service has. */
export const notifyConfig = defineConfig('notify', {});

export type NotifyConfig = ConfigOf<typeof notifyConfig>;
