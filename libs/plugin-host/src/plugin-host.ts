import { AppError } from '@sifaka/kernel';
import { parsePluginOptions, type ContextOf, type Plugin, type PluginInstances, type PluginKind } from '@sifaka/plugin-sdk';
import { LRUCache } from 'lru-cache';
import { checkOptions } from './check-options.js';
import { withoutSecrets, withSecrets, type HostSecrets } from './host-secrets.js';
import type { HostedPlugins } from './hosted-plugins.js';
import { filledOptions } from './plugin-settings.js';
import { fillable } from './secret-travel.js';
import { secretNames, type StoredOption } from './stored-options.js';

export interface PluginHostParts<Kind extends PluginKind> {
  kind: Kind;
  plugins: HostedPlugins;
  /** What a plugin of this kind is given. */
  contextOf: (slug: string) => ContextOf<Kind>;
  secrets: HostSecrets;
  /** Field of an unknown slug; default `plugin._schema`, where Lemur's clients look. */
  slugPath?: string;
  /** Path of the options in requests; default `plugin.pluginOptions`. */
  optionsPath?: string;
  /** Options that belong to the host. */
  hostOptions?: readonly string[];
}

/** What is stored of somebody who uses a plugin. */
export interface PluginOwner {
  id: number;
  /** Changes with every change: what is kept is kept under id and version. */
  version: number | string;
  pluginSlug: string;
  options: readonly StoredOption[] | null;
}

interface ProofTerms {
  /** False: the plugin looks at the options, and nobody is connected to. Default true. */
  isAsked?: boolean;
  /** Field that is at fault when the other side does not accept them. */
  path?: string;
  timeoutMs?: number;
}

/** Below the time limit of the calls that save options. */
const checkLimitMs = 15_000;

interface Kept<Instance> {
  version: number | string;
  made: Promise<Instance>;
}

/** Longer than any call that may still be using an instance whose options have changed: an issuance asks a CA twice for up to 60 s, a poll takes 100 s. */
const graceMs = 300_000;

/** More than an installation uses in a day. */
const cachedInstances = 1_000;

/** The plugins of one kind: by slug, made ready with options, and kept for as long as these are the same. */
export class PluginHost<Kind extends PluginKind> {
  /** By id of the owner: a change makes a new one in the place of the old. */
  private readonly instances = new LRUCache<number, Kept<PluginInstances[Kind]>>({
    max: cachedInstances,
    dispose: (kept, _id, reason) => (reason === 'delete' ? this.end(kept) : this.retire(kept)),
  });
  private readonly retired = new Map<Kept<PluginInstances[Kind]>, NodeJS.Timeout>();

  constructor(protected readonly parts: PluginHostParts<Kind>) {}

  /**
   * @throws AppError `invalid_argument` for a slug that nobody has, `failed_precondition` with the reason for a plugin that is disabled, unless it
   *   lacks nothing but settings: such a one says so itself when it is to work
   */
  plugin(slug: string): Plugin<Kind> {
    const { kind, plugins, slugPath = 'plugin._schema' } = this.parts;
    const listed = plugins.find(slug);
    if (listed?.kind !== kind) {
      const slugs = plugins.ofKind(kind).flatMap((each) => (each.disabledReason === null ? [each.slug] : []));
      const message = `there is no ${kind} plugin "${slug}"; there are ${slugs.join(', ')}`;
      throw new AppError('invalid_argument', message, { reason: 'plugin.unknown', fields: [{ path: slugPath, message }] });
    }
    const { plugin, disabledReason, isUnconfigured = false } = listed;
    if (plugin !== null && (disabledReason === null || isUnconfigured) && isOfKind(plugin, kind)) return plugin;
    throw new AppError('failed_precondition', `plugin "${slug}" is disabled: ${disabledReason ?? 'it is not of the kind that it says'}`, { reason: 'plugin.disabled' });
  }

  /** The instance behind something stored; made at the first use after each change. */
  of(owner: PluginOwner): Promise<PluginInstances[Kind]> {
    const known = this.instances.get(owner.id);
    if (known?.version === owner.version) return known.made;
    const kept = { version: owner.version, made: this.make(owner.pluginSlug, owner.options) };
    this.instances.set(owner.id, kept);
    kept.made.catch(() => this.instances.peek(owner.id) === kept && this.instances.delete(owner.id));
    return kept.made;
  }

  /**
   * One that is not kept: for what is not stored yet. Whoever makes it closes it.
   *
   * @param options may hold references in place of secrets; what is not given comes from the installation's settings
   * @throws AppError `invalid_argument` with a field for each option that is refused
   */
  async make(slug: string, options: readonly StoredOption[] | null): Promise<PluginInstances[Kind]> {
    const plugin = this.plugin(slug);
    return plugin.create(this.values(plugin, await withSecrets(this.parts.secrets, options)), this.parts.contextOf(slug));
  }

  /**
   * Options that are about to be stored: refused where the plugin, or the other side when it is asked, does not accept them.
   *
   * @param use for what is to be done with the instance before it is closed again
   * @throws AppError `invalid_argument` with fields; the other side's faults as they are
   */
  async proven<Result>(
    slug: string,
    options: readonly StoredOption[] | null,
    { isAsked = true, path = this.parts.optionsPath ?? 'plugin.pluginOptions', timeoutMs = checkLimitMs }: ProofTerms,
    use: (instance: PluginInstances[Kind]) => Promise<Result> | Result,
  ): Promise<Result> {
    const instance = await this.make(slug, options);
    try {
      if (isAsked) await checkOptions(instance, { path, timeoutMs });
      return await use(instance);
    } finally {
      await instance.close?.();
    }
  }

  /** As `proven`, for options that are stored and not used yet. */
  prove(slug: string, options: readonly StoredOption[] | null, terms: ProofTerms = {}): Promise<void> {
    return this.proven(slug, options, terms, () => undefined);
  }

  /** Values for `create`. @param options with secrets, not with references */
  values(plugin: Plugin, options: readonly StoredOption[] | null): Record<string, unknown> {
    return this.parsed(plugin, options, false);
  }

  /** Values of options as they are stored, for questions that are not about secrets: those are references, and no rule is applied to them. */
  storedValues(plugin: Plugin, options: readonly StoredOption[] | null): Record<string, unknown> {
    return this.parsed(plugin, options, true);
  }

  private parsed(plugin: Plugin, options: readonly StoredOption[] | null, areSecretsReferences: boolean): Record<string, unknown> {
    const { plugins, optionsPath = 'plugin.pluginOptions', hostOptions = [] } = this.parts;
    const configured = plugins.configured(plugin);
    const installed = Object.fromEntries(configured.flatMap(({ option, value, isInstallationOnly }) => (isInstallationOnly ? [[option, value]] : [])));
    const fillers = fillable(plugin, options ?? [], configured).filter(({ isInstallationOnly }) => !isInstallationOnly);
    return parsePluginOptions(plugin, filledOptions(options ?? [], fillers), { path: optionsPath, hostOptions, installed, areSecretsReferences });
  }

  /** Names of options that are never shown; none for a plugin that is gone, whose references are known by their form. */
  secretNames(slug: string): ReadonlySet<string> {
    const plugin = this.parts.plugins.find(slug)?.plugin ?? null;
    return plugin === null ? new Set() : secretNames(plugin);
  }

  /** Puts the values of secret options into the key vault and references in their place. */
  withoutSecrets(slug: string, options: readonly StoredOption[], label: string): Promise<StoredOption[]> {
    return withoutSecrets(this.parts.secrets, secretNames(this.plugin(slug)), options, label);
  }

  /** Options with the secrets in place of their references: for the moment of use. */
  resolved(options: readonly StoredOption[] | null): Promise<StoredOption[]> {
    return withSecrets(this.parts.secrets, options);
  }

  deleteSecrets(refs: string[]): Promise<void> {
    return this.parts.secrets.deleteSecrets(refs);
  }

  /** Closes every instance that is kept. */
  close(): void {
    this.instances.clear();
    for (const kept of [...this.retired.keys()]) this.end(kept);
  }

  /** Somebody may be using it still. */
  private retire(kept: Kept<PluginInstances[Kind]>): void {
    this.retired.set(kept, setTimeout(() => this.end(kept), graceMs).unref());
  }

  private end(kept: Kept<PluginInstances[Kind]>): void {
    clearTimeout(this.retired.get(kept));
    this.retired.delete(kept);
    // What an instance that was never made, or cannot be closed, has to say was said to whoever wanted it.
    void kept.made.then((instance) => instance.close?.()).catch(() => undefined);
  }

  /** Called by Nest. */
  onApplicationShutdown(): void {
    this.close();
  }
}

function isOfKind<Kind extends PluginKind>(plugin: Plugin, kind: Kind): plugin is Plugin<Kind> {
  return plugin.kind === kind;
}
