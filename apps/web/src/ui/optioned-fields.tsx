import { Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ListedPluginView } from '@sifaka/contracts';
import type { OptionedForm } from './optioned.js';
import { PluginSelect } from './plugin-select.js';

interface OptionedFieldsProps<F extends OptionedForm> {
  kind: { words: { description: string; plugin: string }; labelLength?: number };
  form: UseFormReturnType<F>;
  plugins: readonly ListedPluginView[];
  /** It exists: its plugin stays. */
  isKept?: boolean;
}

export function OptionedFields<F extends OptionedForm>({ kind: { words, labelLength = 32 }, form, plugins, isKept = false }: OptionedFieldsProps<F>) {
  return (
    <>
      <TextInput label="Label" description={`As it is called in lists; ${labelLength} characters at most`} required maxLength={labelLength} {...form.getInputProps('label')} />
      <Textarea label="Description" description={words.description} autosize minRows={2} {...form.getInputProps('description')} />
      <PluginSelect
        label="Plugin"
        description={words.plugin}
        placeholder="Choose one"
        plugins={plugins}
        disabled={isKept}
        {...form.getInputProps('slug')}
      />
    </>
  );
}
