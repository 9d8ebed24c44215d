import type { PluginOption } from '@sifaka/contracts';
import { useState, type ReactNode } from 'react';
import { optionErrors, optionPaths } from './form-refusal.js';
import { pluginInput, pluginOptionsPath, type OptionValues } from './plugin-input.js';
import { focusOption, PluginOptions } from './plugin-options.js';
import { usePlugins } from './use-plugins.js';

export interface PluginForm {
  /** The plugin with its options as the API takes them. */
  input: () => ReturnType<typeof pluginInput>;
  fields: (error: unknown) => ReactNode;
  /** Refused paths that have their inputs here. */
  shown: (error: unknown) => string[];
  focus: (error: unknown) => void;
}

interface PluginFormSettings {
  slug: string | null;
  options: readonly PluginOption[];
  /** What an object that exists holds. */
  kept?: OptionValues | null;
  /** Where the options stand in the request. */
  path?: string;
}

/** The options of the plugin that a form has chosen. What is typed for one plugin is not sent to another. */
export function usePluginForm({ slug, options, kept = null, path = pluginOptionsPath }: PluginFormSettings): PluginForm {
  const exports = usePlugins('export', options.some(({ type }) => type === 'export-plugin'));
  const [typed, setTyped] = useState<Readonly<Record<string, OptionValues>>>({});
  const name = slug ?? '';
  const values = typed[name] ?? kept ?? {};
  return {
    input: () => pluginInput(name, options, values, { kept, exports: exports.data?.items ?? [] }),
    fields: (error) => (
      <PluginOptions
        options={options}
        values={values}
        errors={optionErrors(error, options, path)}
        kept={kept}
        onChange={(next) => setTyped({ ...typed, [name]: next })}
      />
    ),
    shown: (error) => optionPaths(error, options, path),
    focus: (error) => focusOption(options, optionErrors(error, options, path)),
  };
}
