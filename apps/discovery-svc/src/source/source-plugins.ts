import { Inject, Injectable } from '@nestjs/common';
import { keepSecrets, PluginHost, refuseMovedSecrets, refuseReferences, secretRefs, setupFault, type StoredOption } from '@sifaka/plugin-host';
import type { Source } from '@sifaka/plugin-sdk';
import { SOURCE_PLUGINS } from '../plugins.module.js';
import type { SourceRow } from './source-row.js';

/** Where the options of a source stand in a request. */
export const optionsPath = 'plugin.pluginOptions';

/** The answer must be there before the one who asked has gone. */
const checkLimitMs = 20_000;

/** Source plugins, made ready for a source with its options. */
@Injectable()
export class SourcePlugins {
  constructor(@Inject(SOURCE_PLUGINS) private readonly host: PluginHost<'source'>) {}

  /** The plugin behind a stored source. */
  of({ id, version, plugin, options }: Pick<SourceRow, 'id' | 'version' | 'plugin' | 'options'>): Promise<Source> {
    return this.host.of({ id, version, pluginSlug: plugin, options });
  }

  /** One that nobody else uses. Whoever makes it closes it. */
  make({ plugin, options }: Pick<SourceRow, 'plugin' | 'options'>): Promise<Source> {
    return this.host.make(plugin, options);
  }

  /**
   * What a client gave, with what is stored in place of secrets that it left alone.
   *
   * @throws AppError `invalid_argument` for an unknown plugin, a refused option, a reference to somebody else's secret, and a secret that
   *   would go to another address than the one it was entered for
   */
  async merged(slug: string, given: readonly StoredOption[], before: Pick<SourceRow, 'plugin' | 'options'> | null): Promise<StoredOption[]> {
    const plugin = this.host.plugin(slug);
    // Options of another plugin are not this one's, whatever they are called.
    const stored = before?.plugin === slug ? before.options : [];
    const options = given.flatMap(({ name, value }) => (value === undefined ? [{ name }] : [{ name, value }]));
    refuseReferences(options, stored, optionsPath);
    const kept = keepSecrets(options, stored).filter(({ value }) => value !== undefined && value !== null && value !== '');
    refuseMovedSecrets(plugin, kept, stored, optionsPath);
    // A reference is no token: what a plugin asks of its secrets is asked of the secrets themselves.
    this.host.values(plugin, await this.host.resolved(kept));
    return kept;
  }

  /** Whether options come to the same as those that are stored: answers show defaults, and clients send them back. */
  isSame(given: readonly StoredOption[], { plugin: slug, options }: Pick<SourceRow, 'plugin' | 'options'>): boolean {
    const plugin = this.host.plugin(slug);
    return JSON.stringify(this.host.storedValues(plugin, given)) === JSON.stringify(this.host.storedValues(plugin, options));
  }

  /** Whether a stored source has all these values, defaults counted. */
  hasValues({ plugin: slug, options }: Pick<SourceRow, 'plugin' | 'options'>, wanted: Readonly<Record<string, unknown>>): boolean {
    const values = this.host.storedValues(this.host.plugin(slug), options);
    return Object.entries(wanted).every(([name, value]) => JSON.stringify(values[name]) === JSON.stringify(value));
  }

  /** Values of options that are given without secrets, as the plugin reads them: with its defaults. */
  values(slug: string, options: readonly StoredOption[]): Record<string, unknown> {
    return this.host.values(this.host.plugin(slug), options);
  }

  /**
   * Tries options at the other side before they are kept.
   *
   * @returns what the plugin can do
   * @throws AppError `invalid_argument` with fields for what the plugin or the other side does not accept; `upstream_failed`,
   *   `upstream_timeout`, `rate_limited`
   */
  async proven(slug: string, options: readonly StoredOption[], isAsked = true): Promise<{ canRotate: boolean }> {
    try {
      return await this.host.proven(slug, options, { timeoutMs: checkLimitMs, isAsked }, (instance) => ({ canRotate: canRotate(instance) }));
    } catch (error) {
      throw setupFault(error, 'source.check_failed');
    }
  }

  /** Puts the values of secret options into the key vault and references in their place. */
  stow(slug: string, options: readonly StoredOption[], label: string): Promise<StoredOption[]> {
    return this.host.withoutSecrets(slug, options, `source ${label}`);
  }

  /** Forgets what `before` refers to and `kept` does not. */
  async discard(before: readonly StoredOption[], kept: readonly StoredOption[] = []): Promise<void> {
    const used = new Set(secretRefs(kept));
    const refs = secretRefs(before).filter((ref) => !used.has(ref));
    if (refs.length > 0) await this.host.deleteSecrets(refs);
  }
}

export const canRotate = (instance: Source): boolean => instance.updateEndpoint !== undefined;
