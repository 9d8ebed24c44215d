import type { Plugin } from '@sifaka/plugin-sdk';

/** Every notification or metric plugin that this service hosts. A plugin that is not here does not exist. */
export const notifyPlugins: readonly Plugin<'notification' | 'metric'>[] = [];
