import { Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { AnswerOf } from '@sifaka/api-client';
import type { listDnsProviderOptionsOperation } from '@sifaka/contracts';
import type { OptionValues } from '../ui/plugin-input.js';
import { PluginOptions } from '../ui/plugin-options.js';
import type { DnsProviderForm } from './dns-provider-request.js';

interface DnsProviderFieldsProps {
  form: UseFormReturnType<DnsProviderForm>;
  types: AnswerOf<typeof listDnsProviderOptionsOperation>['items'];
  values: OptionValues;
  errors: Readonly<Record<string, string>>;
  /** It exists: its type stays, and secrets that are left empty stay. */
  isKept?: boolean;
  onValues: (values: OptionValues) => void;
}

export function DnsProviderFields({ form, types, values, errors, isKept = false, onValues }: DnsProviderFieldsProps) {
  const type = types.find(({ name }) => name === form.values.type);
  const options = (type?.requirements ?? []).map((option) => (isKept && option.sensitive === true ? { ...option, required: false } : option));
  const secrets = options.filter(({ sensitive }) => sensitive === true);
  return (
    <>
      <TextInput label="Name" description="As it is called in lists" required maxLength={256} {...form.getInputProps('name')} />
      <Textarea label="Description" description="Which zones, whose account" autosize minRows={2} {...form.getInputProps('description')} />
      <Select
        label="Type"
        description={type?.description ?? 'The DNS service, or the protocol of your own name server'}
        placeholder="Choose a DNS service"
        data={types.map(({ name, title }) => ({ value: name, label: title }))}
        searchable
        required
        allowDeselect={false}
        disabled={isKept}
        {...form.getInputProps('type')}
      />
      <PluginOptions
        options={options}
        values={values}
        errors={errors}
        placeholders={isKept ? Object.fromEntries(secrets.map(({ name }) => [name, 'Leave empty to keep it'])) : {}}
        onChange={onValues}
      />
      <TagsInput
        label="Name servers"
        description="Asked for challenge records in place of the servers that public DNS names. For zones inside the network; Enter adds one"
        placeholder={form.values.nameservers.length === 0 ? '192.0.2.53 or 192.0.2.53:5353' : ''}
        acceptValueOnBlur
        clearable
        {...form.getInputProps('nameservers')}
      />
    </>
  );
}
