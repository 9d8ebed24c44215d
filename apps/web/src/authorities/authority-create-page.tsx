import { Accordion, Alert, Group, NumberInput, Radio, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { createAuthorityOperation, type AuthorityView, type ListedPluginView } from '@sifaka/contracts';
import { useSearchParams } from 'react-router';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { CreateForm, useCreation } from '../ui/create-form.js';
import { keyTypeChoices } from '../ui/key-types.js';
import { optionsOf } from '../ui/optioned.js';
import { Page } from '../ui/page.js';
import { PluginSelect } from '../ui/plugin-select.js';
import { Section } from '../ui/section.js';
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
                    <AuthorityCreateForm
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

interface AuthorityCreateFormProps {
  authorities: AuthorityView[];
  issuers: ListedPluginView[];
  initial: AuthorityForm;
}

function AuthorityCreateForm({ authorities, issuers, initial }: AuthorityCreateFormProps) {
  const form = useForm<AuthorityForm>({ initialValues: initial });
  const slug = form.values.plugin;
  const plugin = usePluginForm({ slug, options: optionsOf(issuers, slug) });
  const creation = useCreation({
    form,
    fieldOf,
    plugin,
    async save(values) {
      const { id, name } = await api.call(createAuthorityOperation, { body: requestOf(values, plugin.input()) });
      return { to: `/authorities/${id}`, message: `${name} was created` };
    },
  });
  const choose = (issuer: string | null) => {
    creation.reset();
    form.setFieldValue('plugin', issuer);
  };
  return (
    <CreateForm form={form} creation={creation} submit="Create authority" parent="/authorities">
      <KindSection form={form} authorities={authorities} />
      <IssuerSection form={form} issuers={issuers} choose={choose}>
        {plugin.fields(creation.error)}
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
    </CreateForm>
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
    <Section title="Issuer">
      <PluginSelect label="Issuer" description="Where certificates of this authority come from" plugins={issuers} {...form.getInputProps('plugin')} onChange={choose} />
      {note !== null && (
        <Alert role="note" color="blue" variant="light">
          {note}
        </Alert>
      )}
      {children}
    </Section>
  );
}

function KindSection({ form, authorities }: { form: Form; authorities: AuthorityView[] }) {
  return (
    <Section title="Place and name">
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
    </Section>
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
    <Section title="Key and term">
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
    </Section>
  );
}
