import { NumberInput, PasswordInput, Select, Switch, TextInput } from '@mantine/core';
import type { PluginOption } from '@sifaka/contracts';
import { DestinationInput } from './destination-input.js';
import { ExportPluginInput } from './export-plugin-input.js';
import { PemInput } from './pem-input.js';
import { defaultOf, isExport, titleOf, type OptionValue, type OptionValues } from './plugin-input.js';
import { SecretText } from './secret-text.js';

interface PluginOptionsProps {
  options: readonly PluginOption[];
  values: OptionValues;
  /** By name, and by path below the name. */
  errors: Readonly<Record<string, string>>;
  /** What an object that exists holds: its secrets stay what they are while their inputs are empty. */
  kept?: OptionValues | null;
  /** Of the option that these are the options of. */
  path?: string;
  onChange: (values: OptionValues) => void;
}

/** A form made from the descriptions that a plugin gives of its options. */
export function PluginOptions({ options, values, errors, kept = null, path = '', onChange }: PluginOptionsProps) {
  return options.map((option) => (
    <OptionInput
      key={option.name}
      option={option}
      value={values[option.name] ?? defaultOf(option)}
      errors={errors}
      kept={kept}
      path={path}
      onChange={(value) => onChange({ ...values, [option.name]: value })}
    />
  ));
}

/** Puts the cursor into the first refused option, once it is marked. */
export function focusOption(options: readonly PluginOption[], errors: Readonly<Record<string, string>>): void {
  const first = options.find(({ name }) => errors[name] !== undefined)?.name;
  if (first === undefined) return;
  const paths = Object.keys(errors).filter((path) => path === first || path.startsWith(`${first}.`));
  const nodes = () => paths.toReversed().flatMap((path) => document.querySelector<HTMLElement>(`[data-option="${CSS.escape(path)}"]`) ?? []);
  setTimeout(() => nodes()[0]?.focus());
}

interface OptionInputProps {
  option: PluginOption;
  value: OptionValue;
  errors: Readonly<Record<string, string>>;
  kept: OptionValues | null;
  path: string;
  onChange: (value: OptionValue) => void;
}

function OptionInput({ option, value, errors, kept, path, onChange }: OptionInputProps) {
  const { name, helpMessage, type, sensitive } = option;
  const text = isExport(value) ? value.slug : String(value);
  const error = errors[name];
  const isKept = kept !== null && sensitive === true;
  const placeholder = isKept ? 'Leave empty to keep it' : undefined;
  const shared = {
    label: titleOf(name),
    description: helpMessage === '' ? undefined : helpMessage,
    required: option.required === true && !isKept,
    error,
    'data-option': `${path}${name}`,
  };
  const onText = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value);
  switch (type) {
    case 'bool':
      return <Switch {...shared} required={false} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
    case 'int':
      return <NumberInput {...shared} maw={260} value={typeof value === 'number' ? value : text} onChange={onChange} allowDecimal={false} />;
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
          input={{ value: text, onChange: onText, error, 'data-option': shared['data-option'] }}
          onFile={onChange}
        />
      );
    case 'export-plugin':
      return <ExportPluginInput {...shared} value={isExport(value) ? value : null} errors={errors} name={name} kept={kept} onChange={onChange} />;
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
