import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { PluginInput } from '@sifaka/contracts';
import { parsePluginOptions, type Exporter, type Plugin } from '@sifaka/plugin-sdk';
import { PluginContexts } from './plugin-contexts.js';

/** Injects the export plugins that this process hosts. */
export const EXPORT_PLUGINS = Symbol('ExportPlugins');

/** Export plugins by slug. */
@Injectable()
export class ExportPlugins {
  private readonly bySlug: ReadonlyMap<string, Plugin<'export'>>;

  constructor(
    @Inject(EXPORT_PLUGINS) plugins: readonly Plugin<'export'>[],
    private readonly contexts: PluginContexts,
  ) {
    this.bySlug = new Map(plugins.map((plugin) => [plugin.slug, plugin]));
  }

  /** @throws AppError `invalid_argument` for an unknown slug, or for options that the plugin refuses */
  make(input: PluginInput): { plugin: Plugin<'export'>; exporter: Exporter } {
    const plugin = this.bySlug.get(input.slug);
    if (plugin === undefined) {
      const message = `there is no export plugin "${input.slug}"; there are ${[...this.bySlug.keys()].join(', ')}`;
      throw new AppError('invalid_argument', message, { reason: 'plugin.unknown', fields: [{ path: 'plugin._schema', message }] });
    }
    return { plugin, exporter: plugin.create(parsePluginOptions(plugin, input.pluginOptions), this.contexts.forExport(plugin.slug)) };
  }
}
