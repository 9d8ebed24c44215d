import type { DestinationRecord, DestinationView } from '@sifaka/contracts';

/** Lemur's clients read the options of a destination in either of two places. */
export function destinationView({ id, label, description, options, plugin }: DestinationRecord): DestinationView {
  return { id, label, description, options, plugin: { ...plugin, pluginOptions: options } };
}
