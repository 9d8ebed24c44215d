import { Inject, Injectable } from '@nestjs/common';
import type { PluginEntry } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { HostedPlugins, keepSecrets, PluginHost, pluginHostProvider, refuseMovedSecrets, refuseReferences, secretRefs, setupFault, type StoredOption } from '@sifaka/plugin-host';
import type { DnsProvider } from '@sifaka/plugin-sdk';
import { CONFIG } from '@sifaka/runtime';
import type { AcmeConfig } from '../acme.config.js';
import type { DnsProviderRow } from './dns-provider.repository.js';

/** Where type and options of a provider stand in a request. */
const typePath = 'providerType.name';
export const optionsPath = 'providerType.requirements';

/** Injects the host of the DNS plugins. */
export const DNS_PLUGIN_HOST = Symbol('DnsPluginHost');
export const dnsPluginHost = pluginHostProvider(DNS_PLUGIN_HOST, 'dns', (contexts, slug) => contexts.of(slug), { slugPath: typePath, optionsPath });

/** The answer must be there before the one who asked has gone. */
const checkLimitMs = 12_000;

/** DNS plugins: what can be added, and made ready for a provider with its options. */
@Injectable()
export class DnsPlugins {
  constructor(
    @Inject(DNS_PLUGIN_HOST) private readonly host: PluginHost<'dns'>,
    private readonly hosted: HostedPlugins,
    @Inject(CONFIG) private readonly config: AcmeConfig,
  ) {}

  /** What can be added: all that work, or those of the configuration in its order. */
  offered(): PluginEntry[] {
    const working = this.hosted.entries().filter(({ kind, isEnabled }) => kind === 'dns' && isEnabled);
    const { dnsProviderTypes } = this.config;
    if (dnsProviderTypes === undefined) return working;
    const names = Array.isArray(dnsProviderTypes) ? dnsProviderTypes : dnsProviderTypes.items.map(({ name }) => name);
    return names.flatMap((name) => working.find(({ slug }) => slug === name) ?? []);
  }

  /** @throws AppError `invalid_argument`, field `providerType.name` */
  assertOffered(type: string): void {
    const offered = this.offered().map(({ slug }) => slug);
    if (offered.includes(type)) return;
    const message = `there is no DNS provider type "${type}"; there are ${offered.join(', ')}`;
    throw new AppError('invalid_argument', message, { reason: 'plugin.unknown', fields: [{ path: typePath, message }] });
  }

  /** Options that are never shown. */
  secretNames(type: string): ReadonlySet<string> {
    return this.host.secretNames(type);
  }

  /** The plugin behind a stored provider. */
  of({ id, version, type, options }: Pick<DnsProviderRow, 'id' | 'version' | 'type' | 'options'>): Promise<DnsProvider> {
    return this.host.of({ id, version, pluginSlug: type, options });
  }

  /** One that is not kept. Whoever makes it closes it. @throws AppError `invalid_argument` with a field for each option that is refused */
  make(type: string, options: readonly StoredOption[]): Promise<DnsProvider> {
    return this.host.make(type, options);
  }

  /**
   * What a client gave, with what is stored in place of secrets that it left alone.
   *
   * @throws AppError `invalid_argument` for a reference to somebody else's secret
   */
  merged(type: string, given: readonly StoredOption[], stored: readonly StoredOption[]): StoredOption[] {
    refuseReferences(given, stored, optionsPath);
    const options = keepSecrets(given, stored).filter(({ value }) => value !== undefined && value !== null && value !== '');
    refuseMovedSecrets(this.host.plugin(type), options, stored, optionsPath);
    return options;
  }

  /**
   * Tries options at the other side before they are kept.
   *
   * @throws AppError `invalid_argument` with fields for what the plugin or the other side does not accept; `upstream_failed`,
   *   `upstream_timeout`, `rate_limited`
   */
  async proven<Result>(type: string, options: readonly StoredOption[], use: (instance: DnsProvider) => Promise<Result>): Promise<Result> {
    try {
      return await this.host.proven(type, options, { timeoutMs: checkLimitMs }, use);
    } catch (error) {
      throw setupFault(error, 'dns_provider.check_failed');
    }
  }

  /** Puts the values of secret options into the key vault and references in their place. */
  stow(type: string, options: readonly StoredOption[], name: string): Promise<StoredOption[]> {
    return this.host.withoutSecrets(type, options, `DNS provider ${name}`);
  }

  /** Forgets what `before` refers to and `kept` does not. */
  async discard(before: readonly StoredOption[], kept: readonly StoredOption[] = []): Promise<void> {
    const used = new Set(secretRefs(kept));
    const refs = secretRefs(before).filter((ref) => !used.has(ref));
    if (refs.length > 0) await this.host.deleteSecrets(refs);
  }
}
