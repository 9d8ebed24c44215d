import { Accordion, Anchor, Button, Group, NumberInput, Paper, Radio, Select, Stack, Textarea, TextInput, Title } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { createAuthorityOperation, listPluginsOperation, type AuthorityView, type PluginView } from '@sifaka/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { shownPaths, showRefusal } from '../ui/form-refusal.js';
import { keyTypeChoices } from '../ui/key-types.js';
import { notifyDone } from '../ui/notify.js';
import { Page } from '../ui/page.js';
import type { OptionValues } from '../ui/plugin-input.js';
import { PluginOptions } from '../ui/plugin-options.js';
import { Refusal } from '../ui/refusal.js';
import { Loaded } from '../ui/states.js';
import { SubjectFields, useDefaults } from '../ui/subject-fields.js';
import { emptyForm, fieldOf, requestOf, type AuthorityForm } from './authority-request.js';
import { authorityChoices, useAuthorities } from './use-authorities.js';

export function AuthorityCreatePage() {
  const authorities = useAuthorities();
  const defaults = useDefaults();
  const plugins = useQuery({
    queryKey: ['plugins', 'issuer'],
    queryFn: ({ signal }) => api.call(listPluginsOperation, { query: { type: 'issuer' }, signal }),
    staleTime: 300_000,
  });
  const { user } = useMe();
  const [params] = useSearchParams();
  const parent = params.get('parent');
  return (
    <Page
      title="Create an authority"
      parent={{ title: 'Authorities', to: '/authorities' }}
      lead="Its key is made in the key vault and never leaves it."
    >
      <Loaded query={authorities}>
        {({ items }) => (
          <Loaded query={defaults}>
            {({ authority: _, issuerPlugin, ...subject }) => (
              <Loaded query={plugins}>
                {({ items: issuers }) => {
                  const below: Partial<AuthorityForm> = parent === null ? {} : { type: 'subca', parent, years: 5, pathLength: '0' };
                  const plugin = issuerPlugin ?? issuers[0]?.slug ?? null;
                  return (
                    <CreateForm
                      authorities={items}
                      issuers={issuers}
                      initial={{ ...emptyForm, ...subject, plugin, owner: user?.email ?? '', ...below }}
                    />
                  );
                }}
              </Loaded>
            )}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

interface CreateFormProps {
  authorities: AuthorityView[];
  issuers: PluginView[];
  initial: AuthorityForm;
}

function CreateForm({ authorities, issuers, initial }: CreateFormProps) {
  const navigate = useNavigate();
  const form = useForm<AuthorityForm>({ initialValues: initial });
  const [values, setValues] = useState<OptionValues>({});
  const options = issuers.find(({ slug }) => slug === form.values.plugin)?.pluginOptions ?? [];
  const create = useMutation({
    mutationFn: (input: AuthorityForm) => api.call(createAuthorityOperation, { body: requestOf(input, options, values) }),
    onSuccess: async ({ id, name }) => {
      notifyDone(`${name} was created`);
      await refreshAll();
      await navigate(`/authorities/${id}`);
    },
    onError: (error) => showRefusal(form, error, fieldOf),
  });
  return (
    <form onSubmit={form.onSubmit((input) => create.mutate(input))} noValidate>
      <Stack maw={760}>
        <Refusal error={create.error} shown={shownPaths(create.error, fieldOf)} />
        <KindSection form={form} authorities={authorities} />
        <KeySection form={form} />
        <Accordion variant="contained" bg="var(--mantine-color-body)">
          <Accordion.Item value="subject">
            <Accordion.Control>Subject and issuer</Accordion.Control>
            <Accordion.Panel>
              <Stack>
                <SubjectFields form={form} />
                <Select
                  label="Issuer"
                  data={issuers.map(({ slug, title }) => ({ value: slug, label: title }))}
                  allowDeselect={false}
                  {...form.getInputProps('plugin')}
                />
                <PluginOptions options={options} values={values} errors={{}} onChange={setValues} />
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
        <Group>
          <Button type="submit" loading={create.isPending}>
            Create authority
          </Button>
          <Anchor component={Link} to="/authorities" size="sm">
            Cancel
          </Anchor>
        </Group>
      </Stack>
    </form>
  );
}

type Form = UseFormReturnType<AuthorityForm>;

function KindSection({ form, authorities }: { form: Form; authorities: AuthorityView[] }) {
  return (
    <Paper withBorder p="lg" component="section" aria-label="Place and name">
      <Stack>
        <Title order={2}>Place and name</Title>
        <Radio.Group label="Kind" {...form.getInputProps('type')}>
          <Group mt={4}>
            <Radio value="root" label="Root" />
            <Radio value="subca" label="Below another authority" disabled={authorities.length === 0} />
          </Group>
        </Radio.Group>
        {form.values.type === 'subca' && (
          <Select
            label="Parent"
            data={authorityChoices(authorities)}
            searchable
            required
            allowDeselect={false}
            {...form.getInputProps('parent')}
          />
        )}
        <TextInput
          label="Name"
          description="As it is called in lists"
          placeholder="Example Root"
          required
          maxLength={128}
          {...form.getInputProps('name')}
        />
        <TextInput
          label="Common name"
          description="As it stands in the certificate; the name when left empty"
          maxLength={64}
          {...form.getInputProps('commonName')}
        />
        <TextInput
          label="Owner"
          description="E-mail address of the team that answers for it"
          type="email"
          required
          {...form.getInputProps('owner')}
        />
        <Textarea label="Description" autosize minRows={2} {...form.getInputProps('description')} />
      </Stack>
    </Paper>
  );
}

const pathLengths = [
  { value: '', label: 'No limit' },
  { value: '0', label: 'None: it issues certificates alone' },
  { value: '1', label: 'One' },
  { value: '2', label: 'Two' },
];

function KeySection({ form }: { form: Form }) {
  return (
    <Paper withBorder p="lg" component="section" aria-label="Key and term">
      <Stack>
        <Title order={2}>Key and term</Title>
        <Select label="Key type" data={keyTypeChoices} allowDeselect={false} {...form.getInputProps('keyType')} />
        <NumberInput
          label="Years"
          description="Never longer than its parent"
          min={1}
          max={100}
          allowDecimal={false}
          required
          maw={220}
          {...form.getInputProps('years')}
        />
        <Select label="Levels of authorities below it" data={pathLengths} allowDeselect={false} {...form.getInputProps('pathLength')} />
      </Stack>
    </Paper>
  );
}
