import { type PluginEntry, type PluginOption } from '@sifaka/contracts';

/** A plugin of a service's array, as far as the catalogue is concerned; what `definePlugin` makes fits. */
export interface HostedPlugin {
  readonly kind: PluginEntry['kind'];
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly requiresKey: boolean;
  pluginOptions(): readonly DescribedOption[];
}

type DescribedOption = Omit<PluginOption, 'available'> & { readonly available?: readonly (string | number)[] };

/** Kinds that work on a certificate, and may need its key. */
const certificateKinds: readonly PluginEntry['kind'][] = ['export', 'destination'];

/** @param disabledReason why it could not be started; null when it works */
export function pluginEntry(plugin: HostedPlugin, disabledReason: string | null = null): PluginEntry {
  const { kind, slug, title, description, requiresKey } = plugin;
  return {
    kind,
    slug,
    title,
    description,
    pluginOptions: plugin.pluginOptions().map(optionView),
    isEnabled: disabledReason === null,
    disabledReason,
    requiresKey: certificateKinds.includes(kind) ? requiresKey : null,
  };
}

function optionView({ available, ...option }: DescribedOption): PluginOption {
  return { ...option, ...(available !== undefined && { available: available.map(String) }) };
}
