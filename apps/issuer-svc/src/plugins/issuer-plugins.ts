import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { Issuer, Plugin } from '@sifaka/plugin-sdk';
import { LRUCache } from 'lru-cache';
import { KeyVault } from '../keys/key-vault.js';
import { PluginContexts } from './plugin-contexts.js';
import { isSecretRef, pluginValues, secretNames, secretRefs, type StoredOption } from './stored-options.js';

/** Injects the issuer plugins that this process hosts. */
export const ISSUER_PLUGINS = Symbol('IssuerPlugins');

/** An authority as far as its plugin is concerned. */
interface PluginAuthority {
  id: number;
  version: number;
  pluginSlug: string;
  options: readonly StoredOption[] | null;
}

/** Issuer plugins: by slug, and made ready for an authority with its options. */
@Injectable()
export class IssuerPlugins {
  private readonly bySlug: ReadonlyMap<string, Plugin<'issuer'>>;
  /** By id and version of the authority: changed options make a new one. */
  private readonly instances = new LRUCache<string, Promise<Issuer>>({ max: cachedInstances });

  constructor(
    @Inject(ISSUER_PLUGINS) plugins: readonly Plugin<'issuer'>[],
    private readonly contexts: PluginContexts,
    private readonly keys: KeyVault,
  ) {
    this.bySlug = new Map(plugins.map((plugin) => [plugin.slug, plugin]));
  }

  /** @throws AppError `invalid_argument`, field `plugin._schema`, where Lemur's clients look */
  plugin(slug: string): Plugin<'issuer'> {
    const plugin = this.bySlug.get(slug);
    if (plugin !== undefined) return plugin;
    const message = `there is no issuer plugin "${slug}"; there are ${[...this.bySlug.keys()].join(', ')}`;
    throw new AppError('invalid_argument', message, { reason: 'plugin.unknown', fields: [{ path: 'plugin._schema', message }] });
  }

  /** The issuer behind a stored authority. */
  of(authority: PluginAuthority): Promise<Issuer> {
    const key = `${authority.id}.${authority.version}`;
    const known = this.instances.get(key);
    if (known !== undefined) return known;
    const made = this.make(authority.pluginSlug, authority.options);
    this.instances.set(key, made);
    made.catch(() => this.instances.delete(key));
    return made;
  }

  /** An issuer for an authority that is not stored yet. `options` may hold references in place of secrets. */
  async make(slug: string, options: readonly StoredOption[] | null): Promise<Issuer> {
    const plugin = this.plugin(slug);
    return plugin.create(pluginValues(plugin, await this.resolved(options), 'plugin.pluginOptions'), this.contexts.forIssuer(slug));
  }

  /** Puts the values of secret options into the key vault and references in their place. */
  async withoutSecrets(slug: string, options: readonly StoredOption[], label: string): Promise<StoredOption[]> {
    const secret = secretNames(this.plugin(slug));
    const open = options.flatMap(({ name, value }, index) => (secret.has(name) && typeof value === 'string' && value !== '' && !isSecretRef(value) ? [{ index, name, value }] : []));
    const refs = await this.keys.putSecrets(open.map(({ name, value }) => ({ value, label: `${label}: ${name}` })));
    const refAt = new Map(open.map(({ index }, place) => [index, refs[place] ?? null]));
    return options.map((option, index) => (refAt.has(index) ? { ...option, value: refAt.get(index) ?? null } : option));
  }

  deleteSecrets(refs: string[]): Promise<void> {
    return this.keys.deleteSecrets(refs);
  }

  /** Options with the secrets in place of their references: for the moment of use. */
  async resolved(options: readonly StoredOption[] | null): Promise<StoredOption[]> {
    const refs = secretRefs(options);
    const values = await this.keys.resolveSecrets(refs);
    return (options ?? []).map((option) => (isSecretRef(option.value) ? { ...option, value: values[refs.indexOf(option.value)] ?? null } : option));
  }
}

/** Beyond this an installation has more authorities than anybody issues from in a day. */
const cachedInstances = 1_000;
