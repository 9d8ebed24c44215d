import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { parsePluginOptions, toPluginOptions, type DnsProvider, type Plugin } from '@sifaka/plugin-sdk';
import { CONFIG } from '@sifaka/runtime';
import { LRUCache } from 'lru-cache';
import type { AcmeConfig } from '../acme.config.js';
import type { DnsProviderRow } from './dns-provider.repository.js';
import { DnsPluginContexts } from './dns-plugin-contexts.js';
import { DnsSecrets } from './dns-secrets.js';
import { filledBySettings, pluginSettingsOf, settingsOfOptions } from './plugin-settings.js';
import { secretNames, type StoredOption } from './stored-options.js';

/** Injects the DNS plugins that this process hosts. */
export const DNS_PLUGINS = Symbol('DnsPlugins');

/** Where the options of a provider stand in a request. */
export const optionsPath = 'providerType.requirements';

/** DNS plugins: by type, and made ready for a provider with its options. */
@Injectable()
export class DnsPlugins implements OnApplicationShutdown {
  private readonly byType: ReadonlyMap<string, Plugin<'dns'>>;
  private readonly settings: ReadonlyMap<string, string>;
  /** By id and version of the provider: changed options make a new one. */
  private readonly instances = new LRUCache<string, Promise<DnsProvider>>({
    max: 500,
    dispose: (made) => void made.then((instance) => instance.close?.()).catch(() => undefined),
  });

  constructor(
    @Inject(DNS_PLUGINS) plugins: readonly Plugin<'dns'>[],
    private readonly contexts: DnsPluginContexts,
    private readonly secrets: DnsSecrets,
    @Inject(CONFIG) private readonly config: AcmeConfig,
  ) {
    this.byType = new Map(plugins.map((plugin) => [plugin.slug, plugin]));
    this.settings = pluginSettingsOf(config);
  }

  /** What can be created: all that are hosted, or those of the configuration in its order. */
  offered(): Plugin<'dns'>[] {
    const { dnsProviderTypes } = this.config;
    if (dnsProviderTypes === undefined) return [...this.byType.values()];
    const names = Array.isArray(dnsProviderTypes) ? dnsProviderTypes : dnsProviderTypes.items.map(({ name }) => name);
    return names.flatMap((name) => this.byType.get(name) ?? []);
  }

  /** Options as the form shows them: those that a setting of the installation fills need not be given. */
  requirements(plugin: Plugin<'dns'>) {
    const filled = settingsOfOptions(plugin);
    return toPluginOptions(plugin.optionsSchema).map((option) => (this.settings.has(filled.get(option.name) ?? '') ? { ...option, required: false } : option));
  }

  /** @throws AppError `invalid_argument`, field `providerType.name`, for one that is not offered */
  offeredPlugin(type: string): Plugin<'dns'> {
    const plugin = this.offered().find(({ slug }) => slug === type);
    if (plugin !== undefined) return plugin;
    const message = `there is no DNS provider type "${type}"; there are ${this.offered().map(({ slug }) => slug).join(', ')}`;
    throw new AppError('invalid_argument', message, { reason: 'plugin.unknown', fields: [{ path: 'providerType.name', message }] });
  }

  /** @throws AppError `failed_precondition` for a provider whose plugin is hosted no longer */
  plugin(type: string): Plugin<'dns'> {
    const plugin = this.byType.get(type);
    if (plugin !== undefined) return plugin;
    throw new AppError('failed_precondition', `the plugin of DNS provider type "${type}" is not installed`, { reason: 'plugin.unknown' });
  }

  /** Options of the type that are never shown; none for a plugin that is gone, whose references are recognized by their form. */
  secretNames(type: string): Set<string> {
    const plugin = this.byType.get(type);
    return plugin === undefined ? new Set() : secretNames(plugin);
  }

  /** The plugin behind a stored provider. */
  of(provider: Pick<DnsProviderRow, 'id' | 'version' | 'type' | 'options'>): Promise<DnsProvider> {
    const key = `${provider.id}.${provider.version}`;
    const known = this.instances.get(key);
    if (known !== undefined) return known;
    const made = this.make(this.plugin(provider.type), provider.options);
    this.instances.set(key, made);
    made.catch(() => this.instances.delete(key));
    return made;
  }

  /**
   * One that is not kept. `options` may hold references in place of secrets.
   *
   * @throws AppError `invalid_argument` with a field for each option that is refused
   */
  async make(plugin: Plugin<'dns'>, options: readonly StoredOption[]): Promise<DnsProvider> {
    const given = filledBySettings(plugin, await this.secrets.resolved(options), this.settings);
    return plugin.create(parsePluginOptions(plugin, given, { path: optionsPath }), this.contexts.of(plugin.slug));
  }

  onApplicationShutdown(): void {
    this.instances.clear();
  }
}
