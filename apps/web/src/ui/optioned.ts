import type { ListedPluginView } from '@sifaka/contracts';
import { byFirstPart, type FieldOf } from './form-refusal.js';
import { pluginOptionsPath } from './plugin-input.js';

/** What every object has that a plugin serves: destinations, sources. */
export interface OptionedForm {
  label: string;
  description: string;
  slug: string | null;
}

export const emptyOptioned: OptionedForm = { label: '', description: '', slug: null };

/** Options of the plugin have inputs of their own. */
export function fieldOfOptioned(names: readonly string[] = []): FieldOf {
  const own = byFirstPart(['label', 'description', 'slug', ...names], { plugin: 'slug' });
  return (path) => (path.startsWith(`${pluginOptionsPath}.`) ? null : own(path));
}

/** Definitions of the chosen plugin's options. */
export const optionsOf = (plugins: readonly ListedPluginView[], slug: string | null) => plugins.find((plugin) => plugin.slug === slug)?.pluginOptions ?? [];
