import { Group, Select, Stack, Text, type ComboboxItem, type OptionsFilter } from '@mantine/core';
import type { ListedPluginView } from '@sifaka/contracts';
import { Icon } from './icons.js';

interface PluginSelectProps {
  plugins: readonly ListedPluginView[];
  label: string;
  /** On show until one is chosen. */
  description: string;
  placeholder?: string;
  disabled?: boolean;
  value?: string | null;
  error?: React.ReactNode;
  onChange?: (slug: string | null) => void;
}

/** Every plugin of a kind, found by any word of its title or description. One that cannot be used says why. */
export function PluginSelect({ plugins, value = null, description, ...input }: PluginSelectProps) {
  const pluginOf = (wanted: string) => plugins.find(({ slug }) => slug === wanted);
  const wordsOf = (slug: string) => {
    const plugin = pluginOf(slug);
    return plugin === undefined ? slug : `${plugin.title} ${slug} ${plugin.description}`.toLowerCase();
  };
  const filter: OptionsFilter = ({ options, search }) =>
    options.filter((option) => 'value' in option && search.toLowerCase().split(/\s+/).every((word) => wordsOf(option.value).includes(word)));
  return (
    <Select
      description={pluginOf(value ?? '')?.description ?? description}
      data={plugins.map(({ slug, title, isEnabled }) => ({ value: slug, label: title, disabled: isEnabled === false }))}
      renderOption={({ option, checked }) => <Choice option={option} isChosen={checked === true} plugin={pluginOf(option.value)} />}
      filter={filter}
      nothingFoundMessage="None has these words"
      maxDropdownHeight={360}
      searchable
      required
      allowDeselect={false}
      value={value}
      {...input}
    />
  );
}

function Choice({ option, isChosen, plugin }: { option: ComboboxItem; isChosen: boolean; plugin: ListedPluginView | undefined }) {
  return (
    <Group wrap="nowrap" gap="xs" align="flex-start" w="100%">
      <Stack gap={0} flex={1}>
        <Text size="sm" fw={500}>
          {option.label}
        </Text>
        <Text size="xs" c="dimmed">
          {plugin?.isEnabled === false ? `Cannot be used: ${plugin.disabledReason ?? 'it could not be started'}` : plugin?.description}
        </Text>
      </Stack>
      {isChosen && <Icon name="check" size={16} />}
    </Group>
  );
}
