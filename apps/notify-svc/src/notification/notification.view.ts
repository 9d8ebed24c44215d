import type { NotificationRecord, PluginOption, PluginView } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import { redactedOptions } from '@sifaka/plugin-host';
import { intervalOptions, intervalUnits } from './interval.js';
import type { NotificationRow } from './notification.repository.js';

/** What a view needs to know of plugins; those that are gone have no options. */
export interface KnownPlugins {
  view(slug: string): PluginView;
}

/** Every option of the plugin with the value of this notification. Secrets are null whoever asks. */
export function notificationView(row: NotificationRow, plugins: KnownPlugins): NotificationRecord {
  const { slug, title, description, pluginOptions } = plugins.view(row.plugin);
  return {
    id: row.id,
    label: row.label,
    description: row.description,
    active: row.active,
    options: withValues(withInterval(pluginOptions), row),
    plugin: { slug, title, description },
    createdAt: timestamp(row.created_at),
    updatedAt: timestamp(row.updated_at),
  };
}

function withValues(definitions: readonly PluginOption[], { options }: NotificationRow): PluginOption[] {
  const secrets = new Set(definitions.flatMap(({ name, sensitive }) => (sensitive === true ? [name] : [])));
  const values = new Map(redactedOptions(options, secrets).map(({ name, value = null }) => [name, value]));
  const known = definitions.map((definition) => ({ ...definition, value: values.get(definition.name) ?? definition.default ?? null }));
  const names = new Set(definitions.map(({ name }) => name));
  const gone = [...values].flatMap(([name, value]) => (names.has(name) ? [] : [{ name, type: 'str' as const, value: typeof value === 'object' ? null : value }]));
  return [...known, ...gone];
}

const interval: Record<(typeof intervalOptions)[number], PluginOption> = {
  interval: { name: 'interval', type: 'int', required: true, validation: '^\\d+$', helpMessage: 'Number of days, weeks or months before the end at which it is told' },
  unit: { name: 'unit', type: 'select', required: true, default: 'days', validation: '', available: [...intervalUnits], helpMessage: 'Unit of the interval' },
};

/** Plugins need not say themselves when an expiration is told. */
function withInterval(definitions: readonly PluginOption[]): PluginOption[] {
  const names = new Set(definitions.map(({ name }) => name));
  return [...intervalOptions.flatMap((name) => (names.has(name) ? [] : [interval[name]])), ...definitions];
}
