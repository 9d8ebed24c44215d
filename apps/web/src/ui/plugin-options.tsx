import { NumberInput, PasswordInput, Select, Switch, TextInput } from '@mantine/core';
import type { PluginOption } from '@sifaka/contracts';
import { DestinationInput } from './destination-input.js';
import { PemInput } from './pem-input.js';
import { defaultOf, titleOf, type OptionValue, type OptionValues } from './plugin-input.js';
import { SecretText } from './secret-text.js';

interface PluginOptionsProps {
  options: readonly PluginOption[];
  values: OptionValues;
  errors: Readonly<Record<string, string>>;
  /** What an input shows while it is empty, by option: for secrets that stay what they are. */
  placeholders?: Readonly<Record<string, string>>;
  onChange: (values: OptionValues) => void;
}

/** A form made from the descriptions that a plugin gives of its options. */
export function PluginOptions({ options, values, errors, placeholders = {}, onChange }: PluginOptionsProps) {
  return options.map((option) => (
    <OptionInput
      key={option.name}
      option={option}
      value={values[option.name] ?? defaultOf(option)}
      error={errors[option.name]}
      placeholder={placeholders[option.name]}
      onChange={(value) => onChange({ ...values, [option.name]: value })}
    />
  ));
}

/** Puts the cursor into the first refused option, once it is marked. */
export function focusOption(options: readonly PluginOption[], errors: Readonly<Record<string, string>>): void {
  const first = options.find(({ name }) => errors[name] !== undefined);
  if (first !== undefined) setTimeout(() => document.querySelector<HTMLElement>(`[data-option="${CSS.escape(first.name)}"]`)?.focus());
}

interface OptionInputProps {
  option: PluginOption;
  value: OptionValue;
  error: string | undefined;
  placeholder: string | undefined;
  onChange: (value: OptionValue) => void;
}

function OptionInput({ option, value, error, placeholder, onChange }: OptionInputProps) {
  const { name, helpMessage, type, sensitive } = option;
  const text = String(value);
  const shared = {
    label: titleOf(name),
    description: helpMessage === '' ? undefined : helpMessage,
    required: option.required === true,
    error,
    'data-option': name,
  };
  const onText = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value);
  switch (type) {
    case 'bool':
      return <Switch {...shared} required={false} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
    case 'int':
      return <NumberInput {...shared} maw={260} value={typeof value === 'boolean' ? '' : value} onChange={onChange} allowDecimal={false} />;
    case 'select':
      return (
        <Select
          {...shared}
          value={text === '' ? null : text}
          data={(option.available ?? []).map(String)}
          onChange={(chosen) => onChange(chosen ?? '')}
          allowDeselect={option.required !== true}
        />
      );
    case 'textarea':
      if (sensitive === true) return <SecretText {...shared} placeholder={placeholder} value={text} onChange={onChange} />;
      return (
        <PemInput
          label={shared.label}
          description={shared.description}
          isRequired={shared.required}
          placeholder={helpMessage?.includes('PEM') === true || /certificate|ca_bundle|_rsa|_ecc|chain/i.test(name) ? '-----BEGIN …' : ''}
          input={{ value: text, onChange: onText, error, 'data-option': name }}
          onFile={onChange}
        />
      );
    case 'destinationSelect':
      return <DestinationInput {...shared} value={text} onChange={onChange} />;
    default:
      return sensitive === true ? (
        <PasswordInput {...shared} placeholder={placeholder} value={text} onChange={onText} autoComplete="new-password" />
      ) : (
        <TextInput {...shared} value={text} onChange={onText} autoComplete="off" />
      );
  }
}
