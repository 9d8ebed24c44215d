import { Global, Module, type DynamicModule } from '@nestjs/common';
import { pluginHostProvider, PluginContexts, PluginHost, PluginHostModule, HOST_SECRETS, HostedPlugins, type HostSecrets } from '@sifaka/plugin-host';
import type { Plugin } from '@sifaka/plugin-sdk';
import { exportWith } from './destination/export-with.js';
import { exportOptionsPath } from './destination/option-paths.js';

/** Injects the destination plugins: `@Inject(DESTINATION_PLUGINS) private readonly plugins: PluginHost<'destination'>`. */
export const DESTINATION_PLUGINS = Symbol('DestinationPlugins');
/** Injects the export plugins that destinations make their files with. */
export const FILE_FORMATS = Symbol('FileFormats');

const fileFormatHost = pluginHostProvider(FILE_FORMATS, 'export', (contexts, slug) => contexts.of(slug), { slugPath: 'plugin.pluginOptions.exportPlugin.slug', optionsPath: exportOptionsPath });

const destinationHost = {
  provide: DESTINATION_PLUGINS,
  inject: [HostedPlugins, PluginContexts, HOST_SECRETS, FILE_FORMATS],
  useFactory: (plugins: HostedPlugins, contexts: PluginContexts, secrets: HostSecrets, formats: PluginHost<'export'>) =>
    new PluginHost<'destination'>({ kind: 'destination', plugins, secrets, contextOf: (slug) => ({ ...contexts.of(slug), exportWith: exportWith(formats) }) }),
};

/** The plugins that this service hosts, and what they are given. */
@Global()
@Module({})
export class PluginsModule {
  static with(plugins: readonly Plugin[]): DynamicModule {
    const providers = [fileFormatHost, destinationHost];
    return { module: PluginsModule, imports: [PluginHostModule.forService({ service: 'deploy', kinds: ['destination', 'export'], plugins })], providers, exports: providers };
  }
}
