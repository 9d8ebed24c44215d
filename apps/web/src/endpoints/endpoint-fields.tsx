import { NativeSelect, NumberInput, Select, Switch, TagsInput, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { EndpointView } from '@sifaka/contracts';
import { CertificateSelect } from '../certificates/certificate-select.js';
import { useDestinations } from '../destinations/use-destinations.js';
import { startTlsChoices, type EndpointForm } from './endpoint-request.js';

interface EndpointFieldsProps {
  form: UseFormReturnType<EndpointForm>;
  /** As it is, where it exists; a source or a destination says the rest of what it reports. */
  endpoint?: EndpointView;
}

export function EndpointFields({ form, endpoint }: EndpointFieldsProps) {
  return (
    <>
      {endpoint?.isManual !== false && <AddressFields form={form} />}
      <CertificateSelect
        label="Certificate that it should present"
        description="Another one there is an issue"
        placeholder="Whatever it presents"
        initial={endpoint?.expectedCertificate ?? null}
        {...form.getInputProps('certificate')}
      />
      <TextInput label="Owner" description="E-mail address of the team that answers for it; yours when left empty" type="email" {...form.getInputProps('owner')} />
      <Switch label="Active" description="Only an active one is looked at and rotated" {...form.getInputProps('active', { type: 'checkbox' })} />
    </>
  );
}

function AddressFields({ form }: { form: UseFormReturnType<EndpointForm> }) {
  const destinations = useDestinations();
  return (
    <>
      <TextInput label="DNS name or address" description="Where clients connect to" placeholder="shop.example.com" required data-autofocus {...form.getInputProps('dnsname')} />
      <NumberInput label="Port" min={1} max={65_535} allowDecimal={false} maw={220} {...form.getInputProps('port')} />
      <NativeSelect label="Connection" description="How it begins" data={startTlsChoices} {...form.getInputProps('startTls')} />
      <TextInput label="Name in lists" description="The DNS name when left empty" {...form.getInputProps('name')} />
      <TextInput label="Server name (SNI)" description="Asked for in the handshake; the DNS name when left empty" {...form.getInputProps('serverName')} />
      <TagsInput label="More names" description="Other names that lead there. Enter adds one" acceptValueOnBlur clearable {...form.getInputProps('dnsAliases')} />
      <Select
        label="Destination"
        description="Puts certificates there: the endpoint is rotated through it"
        placeholder="None"
        data={destinations.data?.items.map(({ id, label }) => ({ value: String(id), label })) ?? []}
        searchable
        clearable
        {...form.getInputProps('destination')}
      />
    </>
  );
}
