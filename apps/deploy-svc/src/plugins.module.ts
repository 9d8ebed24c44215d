import { Global, Module } from '@nestjs/common';
import { pluginHostProvider, PluginHostModule } from '@sifaka/plugin-host';
import { deployPlugins } from './plugins.js';

/** Injects the destination plugins: `@Inject(DESTINATION_PLUGINS) private readonly plugins: PluginHost<'destination'>`. */
export const DESTINATION_PLUGINS = Symbol('DestinationPlugins');

const destinations = pluginHostProvider(DESTINATION_PLUGINS, 'destination', (contexts, slug) => contexts.of(slug));

/** The plugins that this service hosts, and what they are given. */
@Global()
@Module({
  imports: [PluginHostModule.forService({ service: 'deploy', kinds: ['destination'], plugins: deployPlugins })],
  providers: [destinations],
  exports: [destinations],
})
export class PluginsModule {}
