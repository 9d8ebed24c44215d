import { defineConfig, type ConfigOf } from '@sifaka/config';
import { outboundSettings } from '@sifaka/outbound';
import { thirdPartySettings, withPluginSettings } from '@sifaka/plugin-host';
import { deployPlugins } from './plugins.js';

export const deployConfig = withPluginSettings(defineConfig('deploy', { ...outboundSettings, ...thirdPartySettings }), deployPlugins);

export type DeployConfig = ConfigOf<typeof deployConfig>;
