import { Accordion, Alert, Anchor, Button, Group, NumberInput, Paper, Radio, Select, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { createAuthorityOperation, type AuthorityView, type ListedPluginView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { shownPaths, showRefusal } from '../ui/form-refusal.js';
import { keyTypeChoices } from '../ui/key-types.js';
import { notifyDone } from '../ui/notify.js';
import { optionsOf } from '../ui/optioned.js';
import { Page } from '../ui/page.js';
import { PluginSelect } from '../ui/plugin-select.js';
import { Refusal } from '../ui/refusal.js';
import { Loaded } from '../ui/states.js';
import { SubjectFields, useDefaults } from '../ui/subject-fields.js';
import { usePluginForm } from '../ui/use-plugin-form.js';
import { usePlugins } from '../ui/use-plugins.js';
import { emptyForm, fieldOf, requestOf, type AuthorityForm } from './authority-request.js';
import { firstChoice, issuerNote, keepsKeyHere } from './issuer-choice.js';
import { authorityChoices, useAuthorities } from './use-authorities.js';

export function AuthorityCreatePage() {
  const authorities = useAuthorities();
  const defaults = useDefaults();
  const plugins = usePlugins('issuer');
  const { user } = useMe();
  const [params] = useSearchParams();
  const parent = params.get('parent');
  return (
    <Page
      title="Create an authority"
      parent={{ title: 'Authorities', to: '/authorities' }}
      lead="A CA of your own, whose key is made in the key vault and never leaves it, or one that somebody else runs."
    >
      <Loaded query={authorities}>
        {({ items }) => (
          <Loaded query={defaults}>
            {({ authority: _, issuerPlugin, ...subject }) => (
              <Loaded query={plugins}>
                {({ items: issuers }) => {
                  const below: Partial<AuthorityForm> = parent === null ? {} : { type: 'subca', parent, years: 5, pathLength: '0' };
                  const plugin = issuerPlugin ?? firstChoice(issuers);
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
  issuers: ListedPluginView[];
  initial: AuthorityForm;
}

function CreateForm({ authorities, issuers, initial }: CreateFormProps) {
  const navigate = useNavigate();
  const form = useForm<AuthorityForm>({ initialValues: initial });
  const slug = form.values.plugin;
  const plugin = usePluginForm({ slug, options: optionsOf(issuers, slug) });
  const create = useMutation({
    mutationFn: (input: AuthorityForm) => api.call(createAuthorityOperation, { body: requestOf(input, plugin.input()) }),
    onSuccess: async ({ id, name }) => {
      notifyDone(`${name} was created`);
      await refreshAll();
      await navigate(`/authorities/${id}`);
    },
    onError: (error) => {
      if (showRefusal(form, error, fieldOf).length === 0) plugin.focus(error);
    },
  });
  const shown = [...shownPaths(create.error, fieldOf), ...plugin.shown(create.error)];
  const choose = (issuer: string | null) => {
    create.reset();
    form.setFieldValue('plugin', issuer);
  };
  return (
    <form onSubmit={form.onSubmit((input) => create.mutate(input))} noValidate>
      <Stack maw={760}>
        <Refusal error={create.error} shown={shown} />
        <KindSection form={form} authorities={authorities} />
        <IssuerSection form={form} issuers={issuers} choose={choose}>
          {plugin.fields(create.error)}
        </IssuerSection>
        <KeySection form={form} />
        <Accordion variant="contained" bg="var(--mantine-color-body)">
          <Accordion.Item value="subject">
            <Accordion.Control>Subject</Accordion.Control>
            <Accordion.Panel>
              <Stack>
                <SubjectFields form={form} />
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

interface IssuerSectionProps {
  form: Form;
  issuers: ListedPluginView[];
  choose: (slug: string | null) => void;
  children: React.ReactNode;
}

function IssuerSection({ form, issuers, choose, children }: IssuerSectionProps) {
  const note = issuerNote(form.values.plugin);
  return (
    <Paper withBorder p="lg" component="section" aria-label="Issuer">
      <Stack>
        <Title order={2}>Issuer</Title>
        <PluginSelect label="Issuer" description="Where certificates of this authority come from" plugins={issuers} {...form.getInputProps('plugin')} onChange={choose} />
        {note !== null && (
          <Alert role="note" color="blue" variant="light">
            {note}
          </Alert>
        )}
        {children}
      </Stack>
    </Paper>
  );
}

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
        {!keepsKeyHere(form.values.plugin) && (
          <Text size="sm" c="dimmed">
            For issuers that make the authority here. A CA that somebody else runs has its own key and term.
          </Text>
        )}
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
