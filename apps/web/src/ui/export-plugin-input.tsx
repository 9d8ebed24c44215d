import { Fieldset, Select, Stack } from '@mantine/core';
import { keptBelow, titleOf, type ExportChoice, type OptionValue, type OptionValues } from './plugin-input.js';
import { PluginOptions } from './plugin-options.js';
import { usePlugins } from './use-plugins.js';

interface ExportPluginInputProps {
  name: string;
  label: string;
  description: string | undefined;
  required: boolean;
  value: ExportChoice | null;
  errors: Readonly<Record<string, string>>;
  kept: OptionValues | null;
  'data-option': string;
  onChange: (value: OptionValue) => void;
}

/** The format in which a plugin is handed certificates: an export plugin with options of its own. */
export function ExportPluginInput({ name, label, description, required, value, errors, kept, 'data-option': path, onChange }: ExportPluginInputProps) {
  const plugins = usePlugins('export');
  const chosen = plugins.data?.items.find(({ slug }) => slug === value?.slug);
  const below = `${name}.pluginOptions.`;
  const inner = Object.fromEntries(Object.entries(errors).flatMap(([key, message]) => (key.startsWith(below) ? [[key.slice(below.length), message] as const] : [])));
  const options = chosen?.pluginOptions ?? [];
  return (
    <Stack gap="xs">
      <Select
        label={label}
        description={chosen?.description ?? description}
        required={required}
        error={Object.keys(inner).length > 0 ? undefined : errors[name]}
        placeholder={required ? 'Choose a format' : 'As the plugin makes it'}
        data={plugins.data?.items.map((plugin) => ({ value: plugin.slug, label: plugin.title })) ?? []}
        disabled={plugins.data === undefined}
        clearable={!required}
        allowDeselect={!required}
        searchable
        data-option={path}
        value={value?.slug ?? null}
        onChange={(slug) => onChange(slug === null ? '' : { slug, values: slug === value?.slug ? value.values : {} })}
      />
      {value !== null && options.length > 0 && (
        <Fieldset legend={`${titleOf(name)}: ${chosen?.title ?? value.slug}`}>
          <Stack>
            <PluginOptions
              options={options}
              values={value.values}
              errors={inner}
              kept={keptBelow(kept, name, value.slug)}
              path={`${path}.pluginOptions.`}
              onChange={(values) => onChange({ slug: value.slug, values })}
            />
          </Stack>
        </Fieldset>
      )}
    </Stack>
  );
}
