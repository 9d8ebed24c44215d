import { NumberInput, PasswordInput, Select, Switch, Textarea, TextInput } from '@mantine/core';
import type { PluginOption } from '@sifaka/contracts';
import { defaultOf, titleOf, type OptionValue, type OptionValues } from './plugin-input.js';

interface PluginOptionsProps {
  options: readonly PluginOption[];
  values: OptionValues;
  errors: Readonly<Record<string, string>>;
  onChange: (values: OptionValues) => void;
}

/** A form made from the descriptions that a plugin gives of its options. */
export function PluginOptions({ options, values, errors, onChange }: PluginOptionsProps) {
  return options.map((option) => (
    <OptionInput
      key={option.name}
      option={option}
      value={values[option.name] ?? defaultOf(option)}
      error={errors[option.name]}
      onChange={(value) => onChange({ ...values, [option.name]: value })}
    />
  ));
}

interface OptionInputProps {
  option: PluginOption;
  value: OptionValue;
  error: string | undefined;
  onChange: (value: OptionValue) => void;
}

function OptionInput({ option, value, error, onChange }: OptionInputProps) {
  const shared = { label: titleOf(option.name), description: option.helpMessage, required: option.required === true, error };
  const onText = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value);
  switch (option.type) {
    case 'bool':
      return <Switch {...shared} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
    case 'int':
      return <NumberInput {...shared} value={typeof value === 'boolean' ? '' : value} onChange={onChange} allowDecimal={false} />;
    case 'select':
      return (
        <Select
          {...shared}
          value={String(value)}
          data={(option.available ?? []).map(String)}
          onChange={(chosen) => onChange(chosen ?? '')}
          allowDeselect={false}
        />
      );
    case 'textarea':
      return <Textarea {...shared} value={String(value)} onChange={onText} autosize minRows={4} />;
    default:
      return option.sensitive === true ? (
        <PasswordInput {...shared} value={String(value)} onChange={onText} autoComplete="new-password" />
      ) : (
        <TextInput {...shared} value={String(value)} onChange={onText} />
      );
  }
}
