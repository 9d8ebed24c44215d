import { Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { AnswerOf } from '@sifaka/api-client';
import type { listDnsProviderOptionsOperation } from '@sifaka/contracts';
import type { DnsProviderForm } from './dns-provider-request.js';

export type DnsProviderTypes = AnswerOf<typeof listDnsProviderOptionsOperation>['items'];

interface DnsProviderFieldsProps {
  form: UseFormReturnType<DnsProviderForm>;
  types: DnsProviderTypes;
  /** It exists: its type stays. */
  isKept?: boolean;
}

export function DnsProviderFields({ form, types, isKept = false }: DnsProviderFieldsProps) {
  const type = types.find(({ name }) => name === form.values.type);
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
    </>
  );
}

export const NameServers = ({ form }: { form: UseFormReturnType<DnsProviderForm> }) => (
  <TagsInput
    label="Name servers"
    description="Asked for challenge records in place of the servers that public DNS names. For zones inside the network; Enter adds one"
    placeholder={form.values.nameservers.length === 0 ? '192.0.2.53 or 192.0.2.53:5353' : ''}
    acceptValueOnBlur
    clearable
    {...form.getInputProps('nameservers')}
  />
);

export const requirementsOf = (types: DnsProviderTypes, type: string | null) => types.find(({ name }) => name === type)?.requirements ?? [];
