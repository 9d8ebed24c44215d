import type { UseFormReturnType } from '@mantine/form';
import type { ListedPluginView, PluginOption } from '@sifaka/contracts';
import type { ReactNode } from 'react';
import { byFirstPart, type FieldOf } from './form-refusal.js';
import type { IconName } from './icons.js';
import { pluginOptionsPath, type pluginInput } from './plugin-input.js';
import type { Report } from './test-report.js';

/** What every object has that a plugin serves: destinations, sources, notifications. */
export interface Optioned {
  id: number;
  label: string;
  description: string | null;
  plugin: { slug: string };
  options: readonly PluginOption[];
}

/** The same in a form. */
export interface OptionedForm {
  label: string;
  description: string;
  slug: string | null;
}

export type PluginInput = ReturnType<typeof pluginInput>;

/** One kind of them: its words, and what the API does with it. */
export interface OptionedKind<V extends Optioned, F extends OptionedForm> {
  /** Its plugins are of this type; in the keys of queries as well. */
  type: 'destination' | 'source' | 'notification';
  /** "Destination" */
  title: string;
  /** The list that they are in. */
  parent: { title: string; to: string };
  words: { description: string; plugin: string };
  /** Characters of a label. */
  labelLength?: number;
  /** Words of the button that tries one that exists. */
  test: { title: string; icon: IconName };
  /** Words of the button that tries one before it is saved. */
  trialTitle?: string;
  empty: F;
  formOf: (object: V) => F;
  fieldOf: FieldOf;
  /** Fields behind the options of the plugin. */
  more?: (form: UseFormReturnType<F>, isKept: boolean) => ReactNode;
  calls: {
    try: (plugin: PluginInput) => Promise<Report>;
    create: (values: F, plugin: PluginInput, idempotencyKey: string) => Promise<V>;
    update: (id: number, values: F, plugin: PluginInput) => Promise<unknown>;
    test: (id: number) => Promise<Report>;
    delete: (id: number, isForced: boolean) => Promise<unknown>;
  };
}

export const emptyOptioned: OptionedForm = { label: '', description: '', slug: null };

export const formOfOptioned = ({ label, description, plugin }: Pick<Optioned, 'label' | 'description' | 'plugin'>): OptionedForm => ({
  label,
  description: description ?? '',
  slug: plugin.slug,
});

export const requestOfOptioned = <P>({ label, description }: OptionedForm, plugin: P) => ({ label: label.trim(), description, plugin });

/** Options of the plugin have inputs of their own. */
export function fieldOfOptioned(names: readonly string[] = []): FieldOf {
  const own = byFirstPart(['label', 'description', 'slug', ...names], { plugin: 'slug' });
  return (path) => (path.startsWith(`${pluginOptionsPath}.`) ? null : own(path));
}

/** Definitions of the chosen plugin's options. */
export const optionsOf = (plugins: readonly ListedPluginView[], slug: string | null) => plugins.find((plugin) => plugin.slug === slug)?.pluginOptions ?? [];

/** What a list of them is searched in. */
export const optionedFilters = [
  { value: '', label: 'Label' },
  { value: 'description', label: 'Description' },
  { value: 'pluginName', label: 'Plugin' },
];
