import { Accordion, Alert, Button, Group, Radio, Select, Stack, Switch, TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { createCertificateOperation, type AuthorityView } from '@sifaka/contracts';
import { Link, useSearchParams } from 'react-router';
import { authorityChoices, useAuthorities } from '../authorities/use-authorities.js';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { CreateForm, useCreation } from '../ui/create-form.js';
import { keyTypeChoices } from '../ui/key-types.js';
import { Page } from '../ui/page.js';
import { Section } from '../ui/section.js';
import { isAcmeIssuer, provesByDns } from '../ui/acme.js';
import { sshIssuer } from '../ui/ssh.js';
import { Empty, Loaded } from '../ui/states.js';
import { SubjectFields, useDefaults } from '../ui/subject-fields.js';
import { CareSection } from './care-section.js';
import { emptyForm, fieldOf, requestOf, type CertificateForm } from './certificate-request.js';
import { DnsProviderSelect } from './dns-provider-select.js';

export function CertificateRequestPage() {
  const authorities = useAuthorities();
  const defaults = useDefaults();
  const { user } = useMe();
  const [params] = useSearchParams();
  return (
    <Page
      title="Request a certificate"
      parent={{ title: 'Certificates', to: '/certificates' }}
      lead="The key is made by the platform and kept encrypted; you can export both as soon as the certificate is issued."
    >
      <Loaded query={authorities}>
        {({ items }) => (
          <Loaded query={defaults}>
            {({ authority, issuerPlugin: _, ...subject }) => {
              const active = items.filter((item) => item.active);
              if (active.length === 0) return <NoAuthority />;
              const chosen = params.get('authority') ?? String((authority ?? active.find(isBelowAnother) ?? active[0])?.id ?? '');
              return (
                <RequestForm authorities={active} initial={{ ...emptyForm, ...subject, authority: chosen, owner: user?.email ?? '' }} />
              );
            }}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

/** Roots sign authorities; what they sign themselves cannot be taken back without them. */
const isBelowAnother = ({ authorityCertificate: { chain } }: AuthorityView): boolean => chain !== null && chain !== '';

function NoAuthority() {
  const { isAdmin } = useMe();
  return (
    <Empty
      icon="authority"
      title="There is no authority that could issue it"
      actions={
        isAdmin ? (
          <Button component={Link} to="/authorities/create">
            Create an authority
          </Button>
        ) : undefined
      }
    >
      {isAdmin
        ? 'Create a root and, below it, an issuing authority first.'
        : 'Ask an administrator for an authority, or for a role on one.'}
    </Empty>
  );
}

type Form = UseFormReturnType<CertificateForm>;

function RequestForm({ authorities, initial }: { authorities: AuthorityView[]; initial: CertificateForm }) {
  const form = useForm<CertificateForm>({ initialValues: initial });
  const creation = useCreation({
    form,
    fieldOf,
    async save(values, idempotencyKey) {
      const answer = await api.call(createCertificateOperation, { body: requestOf(values), idempotencyKey });
      return 'resolved' in answer
        ? { to: `/pending-certificates/${answer.id}`, message: `${answer.name} is requested: the authority has not issued it yet` }
        : { to: `/certificates/${answer.id}`, message: `${answer.name} was issued` };
    },
  });
  const authority = authorities.find(({ id }) => String(id) === form.values.authority);
  return (
    <CreateForm form={form} creation={creation} submit="Request certificate" parent="/certificates">
      <NamesSection form={form} authorities={authorities} />
      <TermSection form={form} authority={authority} />
      <CareSection form={form} isSsh={authority?.plugin.slug === sshIssuer} />
      <MoreSection form={form} />
    </CreateForm>
  );
}

function NamesSection({ form, authorities }: { form: Form; authorities: AuthorityView[] }) {
  return (
    <Section title="Names and owner">
      <Select
        label="Authority"
        description="Who issues the certificate"
        data={authorityChoices(authorities)}
        searchable
        allowDeselect={false}
        required
        {...form.getInputProps('authority')}
      />
      <TextInput
        label="Common name"
        description="The name that clients connect to; it becomes the first alternative name"
        placeholder="shop.example.com"
        maxLength={64}
        {...form.getInputProps('commonName')}
      />
      <TagsInput
        label="More names"
        description="DNS names, addresses, mailboxes or URIs. Enter or comma adds one"
        placeholder={form.values.names.length === 0 ? 'www.shop.example.com' : ''}
        acceptValueOnBlur
        clearable
        {...form.getInputProps('names')}
      />
      <TextInput
        label="Owner"
        description="E-mail address of the team that answers for it"
        type="email"
        required
        {...form.getInputProps('owner')}
      />
      <Textarea label="Description" description="What it is for" autosize minRows={2} {...form.getInputProps('description')} />
    </Section>
  );
}

function TermSection({ form, authority }: { form: Form; authority: AuthorityView | undefined }) {
  const { values } = form;
  const issuer = authority?.plugin.slug ?? '';
  const isSsh = issuer === sshIssuer;
  return (
    <Section title="Key and term">
      <Select
        label="Key type"
        data={keyTypeChoices}
        allowDeselect={false}
        disabled={values.csr.trim() !== ''}
        {...form.getInputProps('keyType')}
      />
      {isSsh ? <SshUse form={form} /> : <TlsUse form={form} />}
      {provesByDns(issuer) && <DnsProviderSelect {...form.getInputProps('dnsProvider')} />}
      <Switch
        label="Choose the last day"
        checked={values.hasEnd}
        onChange={(event) => form.setFieldValue('hasEnd', event.currentTarget.checked)}
      />
      {values.hasEnd ? (
        <TextInput type="date" label="Last day" required {...form.getInputProps('end')} maw={220} />
      ) : (
        <Text size="sm" c="dimmed">
          {authority === undefined || isSsh || isAcmeIssuer(issuer) ? 'As long as the authority grants' : `${authority.defaultValidityDays} days, as the authority grants`}
        </Text>
      )}
      {!values.hasEnd && form.errors.end !== undefined && (
        <Alert role="alert" color="red">
          {form.errors.end}
        </Alert>
      )}
    </Section>
  );
}

function TlsUse({ form }: { form: Form }) {
  return (
    <Radio.Group label="Use" {...form.getInputProps('usage')}>
      <Group mt={4}>
        <Radio value="server" label="Server" />
        <Radio value="client" label="Client" />
        <Radio value="both" label="Both" />
        <Radio value="authority" label="As the authority decides" />
      </Group>
    </Radio.Group>
  );
}

/** The two templates of an SSH authority. */
function SshUse({ form }: { form: Form }) {
  return (
    <>
      <Radio.Group label="Template" {...form.getInputProps('usage')}>
        <Group mt={4}>
          <Radio value="server" label="Server Certificate: for a host" />
          <Radio value="client" label="Client Certificate: for a user" />
        </Group>
      </Radio.Group>
      {form.values.usage === 'client' && (
        <TagsInput
          label="Principals"
          description="Names to log in as; your own when left empty"
          acceptValueOnBlur
          clearable
          {...form.getInputProps('principals')}
        />
      )}
    </>
  );
}

function MoreSection({ form }: { form: Form }) {
  return (
    <Accordion variant="contained" bg="var(--mantine-color-body)">
      <Accordion.Item value="more">
        <Accordion.Control>Subject, signing request and more</Accordion.Control>
        <Accordion.Panel>
          <Stack>
            <SubjectFields form={form} />
            <Textarea
              label="Signing request (CSR)"
              description="In PEM. Its key counts; the platform then never holds the private key"
              styles={{ input: { fontFamily: 'monospace' } }}
              autosize
              minRows={3}
              maxRows={12}
              {...form.getInputProps('csr')}
            />
            <TextInput
              label="Name in the inventory"
              description="Made from the names and the term when left empty"
              {...form.getInputProps('name')}
            />
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
