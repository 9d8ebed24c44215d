import type { DestinationView, PluginOption, PluginView } from '@sifaka/contracts';

interface Optioned {
  id: number;
  label: string;
  description: string;
  options: readonly PluginOption[];
  plugin: Omit<PluginView, 'pluginOptions'>;
}

/** Lemur's clients read the options of a destination or source in either of two places. A secret is in neither, whoever asks. */
export function optionedView({ id, label, description, options, plugin }: Optioned): DestinationView {
  const open = options.map((option) => (option.sensitive === true ? { ...option, value: null } : option));
  return { id, label, description, options: open, plugin: { ...plugin, pluginOptions: open } };
}
