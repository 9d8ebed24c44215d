import type { PluginEntry, PluginView } from '@sifaka/contracts';
import type { Plugin } from '@sifaka/plugin-sdk';

/** The plugins that this service hosts, as clients see them: definitions only, never a value that somebody entered. */
export class PluginCatalogue {
  // Made once: deriving the options from a schema takes longer than issuing a certificate.
  private readonly views: ReadonlyMap<string, PluginView>;

  constructor(private readonly plugins: readonly Plugin[]) {
    this.views = new Map(plugins.map((plugin) => [plugin.slug, viewOf(plugin)]));
  }

  entries(): PluginEntry[] {
    return this.plugins.map((plugin) => ({
      ...this.view(plugin.slug),
      kind: plugin.kind,
      isEnabled: true,
      disabledReason: null,
      requiresKey: plugin.kind === 'export' ? plugin.requiresKey : null,
    }));
  }

  /** A plugin that is no longer there still has authorities: they stay readable. */
  view(slug: string): PluginView {
    return this.views.get(slug) ?? { slug, title: slug, description: 'This plugin is not installed', pluginOptions: [] };
  }
}

function viewOf(plugin: Plugin): PluginView {
  return { slug: plugin.slug, title: plugin.title, description: plugin.description, pluginOptions: plugin.pluginOptions() };
}
