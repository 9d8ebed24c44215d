import { Global, Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import type { ServiceName } from '@sifaka/contracts';
import type { Clock } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { openOutbound, type GuardedOutbound, type OutboundConfig } from '@sifaka/outbound';
import type { ContextOf, Plugin, PluginKind } from '@sifaka/plugin-sdk';
import { CLOCK, CONFIG, LOGGER, PLUGIN_CATALOGUE, productVersion } from '@sifaka/runtime';
import { secretsByRpc, type HostSecrets } from './host-secrets.js';
import { HostedPlugins } from './hosted-plugins.js';
import { PluginContexts } from './plugin-contexts.js';
import { PluginHost, type PluginHostParts } from './plugin-host.js';
import { configuredOptions } from './plugin-settings.js';
import { thirdPartyPlugins } from './third-party.js';

/** Injects the guarded way out: `@Inject(OUTBOUND) private readonly outbound: GuardedOutbound`. */
export const OUTBOUND = Symbol('sifaka:outbound');

/** Injects the secrets of this service: `@Inject(HOST_SECRETS) private readonly secrets: HostSecrets`. */
export const HOST_SECRETS = Symbol('sifaka:host-secrets');

/** What a configuration has that hosts plugins: `outboundSettings` and `thirdPartySettings`. */
type HostConfig = OutboundConfig & { readonly pluginPackages: readonly string[] };

interface HostOptions {
  service: ServiceName;
  kinds: readonly [PluginKind, ...PluginKind[]];
  /** Those that are part of the product. */
  plugins: readonly Plugin[];
}

/**
 * What every service that hosts plugins has in common: the way out, secrets, contexts and the list of plugins, with which `StatusModule`
 * and the catalogue answer. Global.
 */
@Global()
@Module({})
export class PluginHostModule {
  static forService({ service, kinds, plugins }: HostOptions): DynamicModule {
    const providers: FactoryProvider[] = [
      { provide: OUTBOUND, inject: [CONFIG], useFactory: (config: OutboundConfig): GuardedOutbound => openOutbound({ config }) },
      { provide: HOST_SECRETS, inject: [RpcClient], useFactory: (rpc: RpcClient): HostSecrets => secretsByRpc(rpc, service) },
      {
        provide: PluginContexts,
        inject: [LOGGER, CLOCK, OUTBOUND, HOST_SECRETS],
        useFactory: (logger: Logger, clock: Clock, outbound: GuardedOutbound, secrets: HostSecrets) => new PluginContexts({ logger, clock, outbound, secrets }),
      },
      { provide: HostedPlugins, inject: [CONFIG, LOGGER], useFactory: (config: HostConfig, logger: Logger) => allPlugins(config, logger, kinds, plugins) },
      { provide: PLUGIN_CATALOGUE, inject: [HostedPlugins], useFactory: (hosted: HostedPlugins) => hosted },
    ];
    return { module: PluginHostModule, providers, exports: providers };
  }
}

/**
 * A provider of the plugins of one kind: `pluginHostProvider(DNS_PLUGINS, 'dns', (contexts, slug) => contexts.of(slug))`.
 *
 * @param contextOf what a plugin is given; kinds that get more than the common context add to it
 */
export function pluginHostProvider<Kind extends PluginKind>(
  token: symbol,
  kind: Kind,
  contextOf: (contexts: PluginContexts, slug: string) => ContextOf<Kind>,
  more: Pick<PluginHostParts<Kind>, 'slugPath' | 'optionsPath' | 'hostOptions'> = {},
): FactoryProvider<PluginHost<Kind>> {
  return {
    provide: token,
    inject: [HostedPlugins, PluginContexts, HOST_SECRETS],
    useFactory: (plugins: HostedPlugins, contexts: PluginContexts, secrets: HostSecrets) =>
      new PluginHost<Kind>({ kind, plugins, secrets, contextOf: (slug) => contextOf(contexts, slug), ...more }),
  };
}

async function allPlugins(config: HostConfig, logger: Logger, kinds: HostOptions['kinds'], plugins: readonly Plugin[]): Promise<HostedPlugins> {
  const own = plugins.map((plugin) => {
    const disabledReason = ownReason(plugin, config);
    return { kind: plugin.kind, slug: plugin.slug, plugin, disabledReason, isUnconfigured: disabledReason !== null };
  });
  const others = await thirdPartyPlugins({ packages: config.pluginPackages, kinds, version: productVersion });
  const hosted = new HostedPlugins([...own, ...others], config);
  for (const { slug, disabledReason } of hosted.entries()) {
    if (disabledReason !== null) logger[hosted.find(slug)?.isUnconfigured === true ? 'warn' : 'error']({ plugin: slug, reason: disabledReason }, 'a plugin is disabled');
  }
  return hosted;
}

/** What an own plugin says of an installation in which it cannot work. */
function ownReason(plugin: Plugin, config: HostConfig): string | null {
  return plugin.disabledReason?.(Object.fromEntries(configuredOptions(plugin, config).map(({ option, value }) => [option, value]))) ?? null;
}
