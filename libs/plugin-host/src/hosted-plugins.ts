import type { PluginEntry, PluginView } from '@sifaka/contracts';
import type { OptionDescriptor, Plugin, PluginKind } from '@sifaka/plugin-sdk';
import { pluginEntry, type HostedPlugin as CatalogueItem } from '@sifaka/runtime';
import { configuredOptions, type LoadedConfig } from './plugin-settings.js';

/** A plugin that is listed, and that works unless `disabledReason` says why not. */
export interface ListedPlugin {
  kind: PluginKind;
  slug: string;
  /** Null when not even its definition could be had. */
  plugin: Plugin | null;
  disabledReason: string | null;
  /** It is sound, and the installation lacks a setting that it needs to work: what uses it can be set up, and works as soon as the setting is there. */
  isUnconfigured?: boolean;
}

/** Why a plugin cannot be used, in words that name no path of this machine. */
export const disabled = (kind: PluginKind, slug: string, disabledReason: string, plugin: Plugin | null = null): ListedPlugin => ({ kind, slug, plugin, disabledReason });

/** All plugins of a service, working or not, as clients see them: definitions only, never a value that somebody entered. */
export class HostedPlugins {
  // Made once: deriving the options from a schema takes longer than issuing a certificate.
  private readonly known: ReadonlyMap<string, { listed: ListedPlugin; entry: PluginEntry }>;

  constructor(
    listed: readonly ListedPlugin[],
    private readonly config: LoadedConfig,
  ) {
    const known = new Map<string, { listed: ListedPlugin; entry: PluginEntry }>();
    for (const each of listed) {
      // A slug is a name for good, in stored rows: who has it first keeps it.
      if (!known.has(each.slug)) known.set(each.slug, this.describe(each));
    }
    this.known = known;
  }

  entries(): PluginEntry[] {
    return [...this.known.values()].map(({ entry }) => entry);
  }

  /** A plugin that is no longer there still has authorities and providers: they stay readable. */
  view(slug: string): PluginView {
    const entry = this.known.get(slug)?.entry;
    if (entry === undefined) return { slug, title: slug, description: 'This plugin is not installed', pluginOptions: [] };
    const { title, description, pluginOptions } = entry;
    return { slug, title, description, pluginOptions };
  }

  find(slug: string): ListedPlugin | undefined {
    return this.known.get(slug)?.listed;
  }

  ofKind(kind: PluginKind): ListedPlugin[] {
    return [...this.known.values()].flatMap(({ listed }) => (listed.kind === kind ? [listed] : []));
  }

  /** What the installation's settings fill in for a plugin. */
  configured(plugin: Plugin): { option: string; value: unknown; isInstallationOnly: boolean }[] {
    return configuredOptions(plugin, this.config);
  }

  private describe(listed: ListedPlugin): { listed: ListedPlugin; entry: PluginEntry } {
    const { kind, slug, plugin, disabledReason } = listed;
    if (plugin === null) return { listed, entry: pluginEntry(nameless(kind, slug), disabledReason) };
    try {
      const options = this.descriptors(plugin);
      return { listed, entry: pluginEntry({ ...nameless(kind, slug), ...plugin, pluginOptions: () => options }, disabledReason) };
    } catch (error) {
      const reason = `its options are not described in a way that can be shown: ${error instanceof Error ? error.message : 'unknown fault'}`;
      return { listed: { ...listed, disabledReason: disabledReason ?? reason }, entry: pluginEntry({ ...nameless(kind, slug), title: plugin.title, description: plugin.description }, disabledReason ?? reason) };
    }
  }

  /** What the installation fills in need not be given; that it does is said, the value is not. */
  private descriptors(plugin: Plugin): OptionDescriptor[] {
    const filled = new Map(configuredOptions(plugin, this.config).map(({ option, env }) => [option, env]));
    return plugin.pluginOptions().map((descriptor) => {
      const env = filled.get(descriptor.name);
      if (env === undefined) return descriptor;
      const { default: _, ...shown } = descriptor;
      return { ...shown, required: false, helpMessage: `${descriptor.helpMessage} (left empty: ${env} of this installation)`.trimStart() };
    });
  }
}

const nameless = (kind: PluginKind, slug: string): CatalogueItem => ({ kind, slug, title: slug, description: 'This plugin could not be started', requiresKey: true, pluginOptions: () => [] });
