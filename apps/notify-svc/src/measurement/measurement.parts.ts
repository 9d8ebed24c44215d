import type { FactoryProvider } from '@nestjs/common';
import type { PlatformConfig } from '@sifaka/config';
import type { Clock } from '@sifaka/kernel';
import { MeasurementFeed } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { openOutbound, type GuardedOutbound, type OutboundConfig } from '@sifaka/outbound';
import { HOST_SECRETS, HostedPlugins, PluginContexts, PluginHost, type HostSecrets } from '@sifaka/plugin-host';
import { CLOCK, CONFIG, LOGGER } from '@sifaka/runtime';
import { MetricProviders } from './metric-providers.js';

/**
 * Where sidecars and monitoring systems are. The addresses come from the configuration of the installation and from nowhere else, so that
 * whoever gave them might as well have opened them; those of metadata services stay closed.
 */
const ownNetworks = ['localhost', '127.0.0.0/8', '::1', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];

/** The way out of metric plugins, apart from that of plugins whose addresses users give. */
class SinkOutbound {
  readonly outbound: GuardedOutbound;

  constructor(config: OutboundConfig) {
    this.outbound = openOutbound({ config: { ...config, outboundAllowedHosts: [...config.outboundAllowedHosts, ...ownNetworks] } });
  }

  /** Called by Nest. */
  onApplicationShutdown(): Promise<void> {
    return this.outbound.close();
  }
}

const METRIC_PLUGINS = Symbol('MetricPlugins');

const providers: FactoryProvider[] = [
  { provide: SinkOutbound, inject: [CONFIG], useFactory: (config: OutboundConfig) => new SinkOutbound(config) },
  {
    provide: METRIC_PLUGINS,
    inject: [HostedPlugins, PluginContexts, HOST_SECRETS, SinkOutbound],
    useFactory: (plugins: HostedPlugins, contexts: PluginContexts, secrets: HostSecrets, { outbound }: SinkOutbound) =>
      new PluginHost<'metric'>({ kind: 'metric', plugins, secrets, contextOf: (slug) => ({ ...contexts.of(slug), fetch: outbound.fetch, outbound }) }),
  },
  {
    provide: MetricProviders,
    inject: [CONFIG, METRIC_PLUGINS, MeasurementFeed, LOGGER, CLOCK],
    useFactory: (config: PlatformConfig, host: PluginHost<'metric'>, feed: MeasurementFeed, logger: Logger, clock: Clock) =>
      new MetricProviders({ slugs: config.metricProviders, host, feed, logger, clock }),
  },
];

/** Metric plugins of the service; needs `PluginHostModule` with the kind `metric`. */
export const measurementParts = { providers };
