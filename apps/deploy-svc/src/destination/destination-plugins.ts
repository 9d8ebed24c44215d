import { Inject, Injectable } from '@nestjs/common';
import { AppError, isAppError } from '@sifaka/kernel';
import { keepSecrets, PluginHost, refuseMovedSecrets, refuseReferences, secretRefs, setupFault, type StoredOption, StoredOptions } from '@sifaka/plugin-host';
import type { Destination, Plugin, SourceTwin } from '@sifaka/plugin-sdk';
import { z } from 'zod';
import { DESTINATION_PLUGINS, FILE_FORMATS } from '../plugins.module.js';
import type { DestinationRow, Learned } from './destination.repository.js';
import { exportOptionsPath, optionsPath } from './option-paths.js';

/** The answer must be there before the one who asked has gone. */
const checkLimitMs = 20_000;

type Given = readonly StoredOption[];

/** Destination plugins, made ready for a destination with its options. Options may name an export plugin, which has options of its own. */
@Injectable()
export class DestinationPlugins {
  constructor(
    @Inject(DESTINATION_PLUGINS) private readonly host: PluginHost<'destination'>,
    @Inject(FILE_FORMATS) private readonly formats: PluginHost<'export'>,
  ) {}

  /** The plugin behind a stored destination. */
  of({ id, version, plugin, options, learned }: Pick<DestinationRow, 'id' | 'version' | 'plugin' | 'options' | 'learned'>): Promise<Destination> {
    return this.host.of({ id, version, pluginSlug: plugin, options: withLearned(options, learned) });
  }

  /**
   * What a client gave, with what is stored in place of secrets that it left alone.
   *
   * @throws AppError `invalid_argument` for an unknown plugin, a refused option, a reference to somebody else's secret, and a secret that
   *   would go to another address than the one it was entered for
   */
  async merged(slug: string, given: Given, before: Pick<DestinationRow, 'plugin' | 'options' | 'learned'> | null): Promise<StoredOption[]> {
    const plugin = this.host.plugin(slug);
    // Options of another plugin are not this one's, whatever they are called.
    const stored = before?.plugin === slug ? before.options : [];
    const nested = exportNames(plugin.pluginOptions());
    const kept = own(given, stored, optionsPath);
    // What was learned holds for as long as the address stays the same, and clients send it back as they were shown it.
    const learned = before?.plugin === slug ? before.learned : null;
    refuseMovedSecrets(plugin, withLearned(kept, learned), withLearned(stored, learned), optionsPath);
    const merged = await Promise.all(kept.map(async (option) => (nested.has(option.name) ? this.mergedExport(option, stored.find(({ name }) => name === option.name)) : option)));
    // A reference is no token: what a plugin asks of its secrets is asked of the secrets themselves.
    this.host.values(plugin, await this.host.resolved(merged));
    return merged;
  }

  /** Whether options come to the same as those that are stored: answers show defaults and what was learned, and clients send them back. */
  isSame(given: readonly StoredOption[], { plugin: slug, options, learned }: Pick<DestinationRow, 'plugin' | 'options' | 'learned'>): boolean {
    const plugin = this.host.plugin(slug);
    const text = (some: readonly StoredOption[]) => JSON.stringify(this.host.storedValues(plugin, withLearned(some, learned)));
    return text(given) === text(options);
  }

  /**
   * Tries options at the other side before they are kept.
   *
   * @returns what the first contact settled
   * @throws AppError `invalid_argument` with fields for what the plugin or the other side does not accept; `upstream_failed`,
   *   `upstream_timeout`, `rate_limited`
   */
  async proven(slug: string, options: readonly StoredOption[], before: Learned | null): Promise<Learned | null> {
    const known = before === null ? null : await this.host.proven(slug, options, { isAsked: false }, ({ place }) => (place === before.place ? before : null));
    try {
      return await this.host.proven(slug, withLearned(options, known), { timeoutMs: checkLimitMs }, (instance) => learnedOf(instance) ?? known);
    } catch (error) {
      throw setupFault(error, 'destination.check_failed');
    }
  }

  /** Whether certificates come with their keys; one that nobody hosts any more is thought to want them. */
  requiresKey({ plugin: slug, options }: Pick<DestinationRow, 'plugin' | 'options'>): boolean {
    return this.ifHosted(slug, (plugin) => plugin.needsKey?.(this.host.storedValues(plugin, options)) ?? plugin.requiresKey) ?? true;
  }

  /** Whether certificates that have a key come with it where none is needed. */
  takesKey({ plugin: slug }: Pick<DestinationRow, 'plugin'>): boolean {
    return this.ifHosted(slug, (plugin) => plugin.takesKey) ?? false;
  }

  /** The source that watches what the destination fills; null as well where the plugin is gone. */
  twinOf({ plugin: slug, options, learned }: Pick<DestinationRow, 'plugin' | 'options' | 'learned'>): SourceTwin | null {
    return this.ifHosted(slug, (plugin) => plugin.sourceTwin(this.host.storedValues(plugin, withLearned(options, learned)))) ?? null;
  }

  /** Whether it can serve tokens of HTTP-01 challenges. */
  async takesTokens(row: DestinationRow): Promise<boolean> {
    return (await this.of(row)).uploadToken !== undefined;
  }

  /** Puts the values of secret options into the key vault and references in their place. */
  async stow(slug: string, options: readonly StoredOption[], label: string): Promise<StoredOption[]> {
    const nested = exportNames(this.host.plugin(slug).pluginOptions());
    const flat = await this.host.withoutSecrets(slug, options, `destination ${label}`);
    return Promise.all(
      flat.map(async (option) => {
        const choice = nested.has(option.name) ? ExportChoice.safeParse(option.value).data : undefined;
        if (choice === undefined) return option;
        const pluginOptions = await this.formats.withoutSecrets(choice.slug, optionsOf(choice), `destination ${label}`);
        return { ...option, value: { slug: choice.slug, pluginOptions: bare(pluginOptions) } };
      }),
    );
  }

  /** Forgets what `before` refers to and `kept` does not. */
  async discard(before: readonly StoredOption[], kept: readonly StoredOption[] = []): Promise<void> {
    const used = new Set(allRefs(kept));
    const refs = allRefs(before).filter((ref) => !used.has(ref));
    if (refs.length > 0) await this.host.deleteSecrets(refs);
  }

  private ifHosted<T>(slug: string, ask: (plugin: Plugin<'destination'>) => T): T | undefined {
    try {
      return ask(this.host.plugin(slug));
    } catch (error) {
      if (isAppError(error)) return undefined;
      throw error;
    }
  }

  private async mergedExport(option: StoredOption, stored: StoredOption | undefined): Promise<StoredOption> {
    const choice = ExportChoice.safeParse(option.value).data;
    if (choice === undefined) {
      const message = 'must be an object with slug and pluginOptions';
      throw new AppError('invalid_argument', `${optionsPath}.${option.name}: ${message}`, { reason: 'plugin.bad_option', fields: [{ path: `${optionsPath}.${option.name}`, message }] });
    }
    const before = ExportChoice.safeParse(stored?.value).data;
    const format = this.formats.plugin(choice.slug);
    const keptOptions = before?.slug === choice.slug ? optionsOf(before) : [];
    const pluginOptions = own(optionsOf(choice), keptOptions, exportOptionsPath);
    refuseMovedSecrets(format, pluginOptions, keptOptions, exportOptionsPath);
    this.formats.values(format, await this.formats.resolved(pluginOptions));
    return { name: option.name, value: { slug: choice.slug, pluginOptions: bare(pluginOptions) } };
  }
}

/** An export plugin as an option holds it; Lemur's clients spell its options in either way. */
export const ExportChoice = z.object({ slug: z.string(), pluginOptions: StoredOptions.optional(), plugin_options: StoredOptions.optional() });

export const optionsOf = (choice: z.output<typeof ExportChoice>): StoredOption[] => choice.pluginOptions ?? choice.plugin_options ?? [];

/** Names of the options that hold an export plugin. */
export const exportNames = (descriptors: readonly { name: string; type: string }[]): ReadonlySet<string> => new Set(descriptors.flatMap(({ name, type }) => (type === 'export-plugin' ? [name] : [])));

/** Options with what was learned in place of what is blank. */
export function withLearned(options: readonly StoredOption[], learned: Learned | null): StoredOption[] {
  const given = new Set(options.map(({ name }) => name));
  const added = Object.entries(learned?.options ?? {}).flatMap(([name, value]) => (given.has(name) ? [] : [{ name, value }]));
  return [...options, ...added];
}

const bare = (options: readonly StoredOption[]) => options.map(({ name, value = null }) => ({ name, value }));

function own(given: Given, stored: readonly StoredOption[], path: string): StoredOption[] {
  const options = given.flatMap(({ name, value }) => (value === undefined ? [{ name }] : [{ name, value }]));
  refuseReferences(options, stored, path);
  return keepSecrets(options, stored).filter(({ value }) => value !== undefined && value !== null && value !== '');
}

function learnedOf(instance: Destination): Learned | null {
  const options = instance.learned?.() ?? {};
  return instance.place === undefined || Object.keys(options).length === 0 ? null : { place: instance.place, options: { ...options } };
}

const allRefs = (options: readonly StoredOption[]): string[] => [
  ...secretRefs(options),
  ...options.flatMap(({ value }) => {
    const choice = ExportChoice.safeParse(value).data;
    return choice === undefined ? [] : secretRefs(optionsOf(choice));
  }),
];
