import { Global, Module, type DynamicModule } from '@nestjs/common';
import { pluginHostProvider, PluginHostModule } from '@sifaka/plugin-host';
import type { Plugin } from '@sifaka/plugin-sdk';
import { intervalOptions } from './notification/interval.js';

/** Injects the notification plugins: `@Inject(NOTIFICATION_PLUGINS) private readonly plugins: PluginHost<'notification'>`. */
export const NOTIFICATION_PLUGINS = Symbol('NotificationPlugins');

const notificationHost = pluginHostProvider(NOTIFICATION_PLUGINS, 'notification', (contexts, slug) => contexts.of(slug), { hostOptions: intervalOptions });

/** The plugins that this service hosts, and what they are given. */
@Global()
@Module({})
export class PluginsModule {
  static with(plugins: readonly Plugin[]): DynamicModule {
    const providers = [notificationHost];
    return { module: PluginsModule, imports: [PluginHostModule.forService({ service: 'notify', kinds: ['notification', 'metric'], plugins })], providers, exports: providers };
  }
}
