import { Global, Module, type DynamicModule } from '@nestjs/common';
import { pluginHostProvider, PluginHostModule } from '@sifaka/plugin-host';
import type { Plugin } from '@sifaka/plugin-sdk';

/** Injects the source plugins: `@Inject(SOURCE_PLUGINS) private readonly plugins: PluginHost<'source'>`. */
export const SOURCE_PLUGINS = Symbol('SourcePlugins');

const sourceHost = pluginHostProvider(SOURCE_PLUGINS, 'source', (contexts, slug) => contexts.of(slug));

/** The plugins that this service hosts, and what they are given. */
@Global()
@Module({})
export class PluginsModule {
  static with(plugins: readonly Plugin<'source'>[]): DynamicModule {
    return { module: PluginsModule, imports: [PluginHostModule.forService({ service: 'discovery', kinds: ['source'], plugins })], providers: [sourceHost], exports: [sourceHost] };
  }
}
