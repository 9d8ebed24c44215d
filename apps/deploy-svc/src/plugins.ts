import type { Plugin } from '@sifaka/plugin-sdk';

/** Every destination plugin that this service hosts. A plugin that is not here does not exist. */
export const deployPlugins: readonly Plugin<'destination'>[] = [];
