import type { PluginOption } from '@sifaka/contracts';

export type OptionValue = string | number | boolean;
export type OptionValues = Readonly<Record<string, OptionValue>>;

/** What an option holds before anybody touches it. */
export function defaultOf(option: PluginOption): OptionValue {
  const preset = option.value ?? option.default;
  if (typeof preset === 'string' || typeof preset === 'number' || typeof preset === 'boolean') return preset;
  if (option.type === 'bool') return false;
  return option.type === 'select' && option.required === true ? (option.available?.[0] ?? '') : '';
}

/** The options as the API takes them; what was left empty is left out, so that the plugin's own default counts. */
export function pluginInput(slug: string, options: readonly PluginOption[], values: OptionValues) {
  const pluginOptions = options
    .map((option) => ({ name: option.name, value: values[option.name] ?? defaultOf(option) }))
    .filter(({ value }) => value !== '');
  return { slug, pluginOptions };
}

/** `crlReason` → "Crl reason". */
export function titleOf(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
