import type { DestinationRecord, PluginOption, PluginView } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import { redactedOptions, type StoredOption } from '@sifaka/plugin-host';
import { ExportChoice, optionsOf, withLearned } from './destination-plugins.js';
import type { DestinationRow } from './destination.repository.js';

/** What a view needs to know of plugins; those that are gone have no options. */
export interface KnownPlugins {
  view(slug: string): PluginView;
}

/**
 * Every option of the plugin with the value of this destination. Secrets are null whoever asks: they are references into the key vault,
 * and nobody has a use for those.
 */
export function destinationView(row: DestinationRow, plugins: KnownPlugins, sourceTwin: DestinationRecord['sourceTwin']): DestinationRecord {
  const { slug, title, description, pluginOptions } = plugins.view(row.plugin);
  const stored = withLearned(row.options, row.learned);
  return {
    id: row.id,
    label: row.label,
    description: row.description,
    options: withValues(pluginOptions, stored, plugins),
    plugin: { slug, title, description },
    sourceTwin,
    deletingSince: row.deleting_since === null ? null : timestamp(row.deleting_since),
    createdAt: timestamp(row.created_at),
    updatedAt: timestamp(row.updated_at),
  };
}

function withValues(definitions: readonly PluginOption[], stored: readonly StoredOption[], plugins: KnownPlugins): PluginOption[] {
  const values = new Map(redactedOptions(stored, secretNames(definitions)).map(({ name, value = null }) => [name, value]));
  const known = definitions.map((definition) => ({ ...definition, value: shown(definition, values.get(definition.name) ?? definition.default ?? null, plugins) }));
  const names = new Set(definitions.map(({ name }) => name));
  const gone = [...values].flatMap(([name, value]) => (names.has(name) ? [] : [{ name, type: 'str' as const, value: typeof value === 'object' ? null : value }]));
  return [...known, ...gone];
}

/** Lemur's clients read the options of an export plugin in one spelling or the other. */
function shown({ type }: PluginOption, value: NonNullable<PluginOption['value']> | null, plugins: KnownPlugins): PluginOption['value'] {
  if (type !== 'export-plugin') return value;
  const choice = ExportChoice.safeParse(value).data;
  if (choice === undefined) return null;
  const { slug, title, pluginOptions } = plugins.view(choice.slug);
  const options = redactedOptions(optionsOf(choice), secretNames(pluginOptions)).map(({ name, value: each = null }) => ({ name, value: each }));
  return { slug, title, plugin_options: options, pluginOptions: options };
}

const secretNames = (definitions: readonly PluginOption[]): ReadonlySet<string> => new Set(definitions.flatMap(({ name, sensitive }) => (sensitive === true ? [name] : [])));
