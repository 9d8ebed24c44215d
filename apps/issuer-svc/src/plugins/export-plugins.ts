import { Injectable } from '@nestjs/common';
import type { PluginInput } from '@sifaka/contracts';
import { HostedPlugins, PluginContexts, PluginHost } from '@sifaka/plugin-host';
import type { Exporter, Plugin } from '@sifaka/plugin-sdk';
import { KeyVault } from '../keys/key-vault.js';

/** Export plugins by slug. */
@Injectable()
export class ExportPlugins {
  private readonly host: PluginHost<'export'>;

  constructor(
    plugins: HostedPlugins,
    private readonly contexts: PluginContexts,
    secrets: KeyVault,
  ) {
    this.host = new PluginHost({ kind: 'export', plugins, secrets, contextOf: (slug) => contexts.of(slug) });
  }

  /** @throws AppError `invalid_argument` for an unknown slug, or for options that the plugin refuses */
  make(input: PluginInput): { plugin: Plugin<'export'>; exporter: Exporter } {
    const plugin = this.host.plugin(input.slug);
    return { plugin, exporter: plugin.create(this.host.values(plugin, input.pluginOptions), this.contexts.of(plugin.slug)) };
  }
}
