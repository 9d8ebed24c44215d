import type { PluginOption, PluginView, SourceRecord, SyncRunRecord } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import { redactedOptions, type StoredOption } from '@sifaka/plugin-host';
import { nextRunOf } from './schedule.js';
import type { SourceDetails, SyncRunRow } from './source-row.js';

/** What a view needs to know of plugins; those that are gone have no options. */
export interface KnownPlugins {
  view(slug: string): PluginView;
}

/** Every option of the plugin with the value of this source; secrets are null whoever asks. */
export function sourceView({ source, lastSync, lastRun }: SourceDetails, plugins: KnownPlugins, now: Date): SourceRecord {
  const { slug, title, description, pluginOptions } = plugins.view(source.plugin);
  return {
    id: source.id,
    label: source.label,
    description: source.description,
    active: source.active,
    schedule: source.schedule,
    owner: source.owner,
    options: withValues(pluginOptions, source.options),
    plugin: { slug, title, description },
    lastRun: time(lastRun),
    lastSync: lastSync === null ? null : runView(lastSync),
    nextRunAt: time(nextRunOf(source, now)),
    createdAt: timestamp(source.created_at),
    updatedAt: timestamp(source.updated_at),
  };
}

export function runView(row: SyncRunRow): SyncRunRecord {
  return {
    id: row.id,
    sourceId: row.source_id,
    state: row.state,
    trigger: row.trigger,
    counts: row.counts,
    error: row.error,
    resumptions: row.resumptions,
    requestedAt: timestamp(row.requested_at),
    startedAt: time(row.started_at),
    finishedAt: time(row.finished_at),
  };
}

const time = (date: Date | null): string | null => (date === null ? null : timestamp(date));

function withValues(definitions: readonly PluginOption[], stored: readonly StoredOption[]): PluginOption[] {
  const secrets = new Set(definitions.flatMap(({ name, sensitive }) => (sensitive === true ? [name] : [])));
  const values = new Map(redactedOptions(stored, secrets).map(({ name, value = null }) => [name, value]));
  const known = definitions.map((definition) => ({ ...definition, value: values.get(definition.name) ?? (secrets.has(definition.name) ? null : (definition.default ?? null)) }));
  const names = new Set(definitions.map(({ name }) => name));
  const gone = [...values].flatMap(([name, value]) => (names.has(name) ? [] : [{ name, type: 'str' as const, value: typeof value === 'object' ? null : value }]));
  return [...known, ...gone];
}
