import { defineConfig, setting, type ConfigOf } from '@sifaka/config';
import { outboundSettings } from '@sifaka/outbound';
import { thirdPartySettings, withPluginSettings } from '@sifaka/plugin-host';
import { z } from 'zod';
import { deployPlugins } from './plugins.js';

const settings = {
  ...outboundSettings,
  ...thirdPartySettings,
  cleanReplaced: setting(z.boolean().default(true), {
    env: 'SIFAKA_CLEAN_REPLACED',
    describe: 'Take certificates that were replaced from destinations that have had their successors beside them for SIFAKA_REPLACED_KEPT_DAYS.',
  }),
  replacedKeptDays: setting(z.number().min(0).max(3_650).default(7), {
    env: 'SIFAKA_REPLACED_KEPT_DAYS',
    describe: 'Days for which a certificate that was replaced stays at a destination after its successor was deployed there.',
  }),
} as const;

export const deployConfig = withPluginSettings(defineConfig('deploy', settings), deployPlugins);

export type DeployConfig = ConfigOf<typeof deployConfig>;
