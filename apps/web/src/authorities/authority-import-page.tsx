import { Alert, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { importAuthorityOperation } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { CreateForm, useCreation } from '../ui/create-form.js';
import { byFirstPart } from '../ui/form-refusal.js';
import { Icon } from '../ui/icons.js';
import { Page } from '../ui/page.js';
import { PemField } from '../ui/pem-input.js';

const empty = { name: '', owner: '', description: '', body: '', chain: '', privateKey: '' };
const fieldOf = byFirstPart(Object.keys(empty));

export function AuthorityImportPage() {
  const form = useForm({ initialValues: empty });
  const creation = useCreation({
    form,
    fieldOf,
    async save({ chain, ...body }) {
      const { id, name } = await api.call(importAuthorityOperation, { body: { ...body, ...(chain.trim() !== '' && { chain }) } });
      return { to: `/authorities/${id}`, message: `${name} is in service` };
    },
  });
  return (
    <Page
      title="Import an authority"
      parent={{ title: 'Authorities', to: '/authorities' }}
      lead="Take an existing root or issuing CA with its key into service."
    >
      <CreateForm form={form} creation={creation} submit="Import" parent="/authorities" isFramed>
        <TextInput label="Name" required maxLength={128} {...form.getInputProps('name')} />
        <TextInput
          label="Owner"
          description="E-mail address of the team that answers for it"
          type="email"
          required
          {...form.getInputProps('owner')}
        />
        <Textarea label="Description" autosize minRows={2} {...form.getInputProps('description')} />
        <PemField form={form} field="body" label="Certificate" description="Of the authority, in PEM" isRequired />
        <PemField form={form} field="chain" label="Chain" description="Up to its root, in PEM; empty for a root" />
        <PemField form={form} field="privateKey" label="Private key" description="In PEM, without a passphrase" isRequired />
        <Alert role="note" color="orange" icon={<Icon name="warning" />}>
          Destroy other copies of the key afterwards: the platform never hands it out again.
        </Alert>
      </CreateForm>
    </Page>
  );
}
