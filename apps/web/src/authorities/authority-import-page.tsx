import { Alert, Anchor, Button, Group, Paper, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { importAuthorityOperation } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router';
import { api, refreshAll } from '../session/api.js';
import { byFirstPart, shownPaths, showRefusal } from '../ui/form-refusal.js';
import { Icon } from '../ui/icons.js';
import { notifyDone } from '../ui/notify.js';
import { Page } from '../ui/page.js';
import { PemInput } from '../ui/pem-input.js';
import { Refusal } from '../ui/refusal.js';

const empty = { name: '', owner: '', description: '', body: '', chain: '', privateKey: '' };
const fieldOf = byFirstPart(Object.keys(empty));

export function AuthorityImportPage() {
  const navigate = useNavigate();
  const form = useForm({ initialValues: empty });
  const take = useMutation({
    mutationFn: ({ chain, ...body }: typeof empty) =>
      api.call(importAuthorityOperation, { body: { ...body, ...(chain.trim() !== '' && { chain }) } }),
    onSuccess: async ({ id, name }) => {
      notifyDone(`${name} is in service`);
      await refreshAll();
      await navigate(`/authorities/${id}`);
    },
    onError: (error) => showRefusal(form, error, fieldOf),
  });
  const pem = (label: string, description: string, field: 'body' | 'chain' | 'privateKey', isRequired: boolean) => (
    <PemInput
      label={label}
      description={description}
      isRequired={isRequired}
      input={form.getInputProps(field)}
      onFile={(text) => form.setFieldValue(field, text)}
    />
  );
  return (
    <Page
      title="Import an authority"
      parent={{ title: 'Authorities', to: '/authorities' }}
      lead="Take an existing root or issuing CA with its key into service."
    >
      <form onSubmit={form.onSubmit((values) => take.mutate(values))} noValidate>
        <Paper withBorder p="lg" maw={760}>
          <Stack>
            <Refusal error={take.error} shown={shownPaths(take.error, fieldOf)} />
            <TextInput label="Name" required maxLength={128} {...form.getInputProps('name')} />
            <TextInput
              label="Owner"
              description="E-mail address of the team that answers for it"
              type="email"
              required
              {...form.getInputProps('owner')}
            />
            <Textarea label="Description" autosize minRows={2} {...form.getInputProps('description')} />
            {pem('Certificate', 'Of the authority, in PEM', 'body', true)}
            {pem('Chain', 'Up to its root, in PEM; empty for a root', 'chain', false)}
            {pem('Private key', 'In PEM, without a passphrase', 'privateKey', true)}
            <Alert role="note" color="orange" icon={<Icon name="warning" />}>
              Destroy other copies of the key afterwards: the platform never hands it out again.
            </Alert>
            <Group>
              <Button type="submit" loading={take.isPending}>
                Import
              </Button>
              <Anchor component={Link} to="/authorities" size="sm">
                Cancel
              </Anchor>
            </Group>
          </Stack>
        </Paper>
      </form>
    </Page>
  );
}
