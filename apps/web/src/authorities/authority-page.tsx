import { Anchor, Button, Group, SimpleGrid, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { getAuthorityOperation, updateAuthorityOperation, type AuthorityView } from '@sifaka/contracts';
import { Link } from 'react-router';
import { Section } from '../ui/section.js';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { FormDialog } from '../ui/form-dialog.js';
import { Facts } from '../ui/facts.js';
import { byFirstPart } from '../ui/form-refusal.js';
import { Icon } from '../ui/icons.js';
import { ObjectPage } from '../ui/object-page.js';
import { Page } from '../ui/page.js';
import { PemBlock } from '../ui/pem-block.js';
import { isSshLine } from '../ui/ssh.js';
import { dateTimeText, relativeText } from '../ui/time.js';
import { ActiveBadge } from '../ui/badges.js';
import { RevocationSection } from './revocation-section.js';

const parent = { title: 'Authorities', to: '/authorities' };

export function AuthorityPage() {
  return (
    <ObjectPage
      of="authority"
      title="Authority"
      parent={parent}
      load={(id, signal) => api.call(getAuthorityOperation, { params: { id }, signal })}
    >
      {(authority) => <Details authority={authority} />}
    </ObjectPage>
  );
}

function Details({ authority }: { authority: AuthorityView }) {
  const { name, active, owner, description, plugin, roles, authorityCertificate: own, defaultValidityDays, maxIssuanceDays } = authority;
  const isSsh = isSshLine(own.body);
  const mayChange = useMayChangeAuthority(authority);
  return (
    <Page
      title={name}
      parent={parent}
      lead={
        <Group gap="xs">
          <ActiveBadge active={active} />
          <Text size="sm" c="dimmed">
            ends {relativeText(own.notAfter)}, on {dateTimeText(own.notAfter)}
          </Text>
        </Group>
      }
      actions={<Actions authority={authority} />}
    >
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section title="Authority">
          <Facts
            facts={[
              ['Owner', owner],
              ['Description', description],
              ['Issuer', plugin.title],
              ['Created by', own.user?.email],
              ['Roles', roles.map((role) => role.name).join(', ')],
            ]}
          />
        </Section>
        <Section title="Certificate">
          <Facts
            facts={[
              [
                'Certificate',
                <Anchor key="own" component={Link} to={`/certificates/${own.id}`} size="sm" className="breaks">
                  {own.name}
                </Anchor>,
              ],
              ['Valid from', dateTimeText(own.notBefore)],
              ['Valid to', dateTimeText(own.notAfter)],
              ['Issues for', `${defaultValidityDays} days${maxIssuanceDays === null ? '' : `, ${maxIssuanceDays} at most`}`],
              [
                'Issued',
                <Anchor key="issued" component={Link} to={`/certificates?in=issuer&text=${encodeURIComponent(`"${name}"`)}`} size="sm">
                  Certificates of this authority
                </Anchor>,
              ],
            ]}
          />
        </Section>
      </SimpleGrid>
      {!isSsh && <RevocationSection authority={authority} mayChange={mayChange} />}
      <Stack gap="lg">
        <PemBlock title={isSsh ? 'Public key' : 'Certificate'} text={own.body} fileName={isSsh ? 'ca.pub' : `${own.name}.pem`} />
        {isSsh && (
          <Anchor href={`/api/1/authorities/${authority.id}/krl`} download={`${own.name}.krl`} size="sm">
            Key revocation list, for RevokedKeys of sshd
          </Anchor>
        )}
        {own.chain !== null && own.chain !== '' && <PemBlock title="Chain" text={own.chain} fileName={`${own.name}-chain.pem`} />}
      </Stack>
    </Page>
  );
}

function Actions({ authority }: { authority: AuthorityView }) {
  const { isAdmin, canWrite } = useMe();
  const [editing, edit] = useDisclosure();
  const mayChange = useMayChangeAuthority(authority);
  return (
    <>
      {canWrite && authority.active && (
        <Button component={Link} to={`/certificates/request?authority=${authority.id}`} leftSection={<Icon name="plus" />}>
          Request certificate
        </Button>
      )}
      {isAdmin && !isSshLine(authority.authorityCertificate.body) && (
        <Button
          component={Link}
          to={`/authorities/create?parent=${authority.id}`}
          variant="default"
          leftSection={<Icon name="authority" />}
        >
          Create one below
        </Button>
      )}
      {mayChange && (
        <Button variant="default" leftSection={<Icon name="edit" />} onClick={edit.open}>
          Edit
        </Button>
      )}
      {editing && <EditDialog authority={authority} close={edit.close} />}
    </>
  );
}

/** Administrators and holders of one of its roles; the server has the last word. */
function useMayChangeAuthority({ roles }: AuthorityView): boolean {
  const { isAdmin, user } = useMe();
  const mine = new Set(user?.roles.map(({ id }) => id) ?? []);
  return isAdmin || roles.some(({ id }) => mine.has(id));
}

const fieldOf = byFirstPart(['owner', 'description', 'active']);

function EditDialog({
  authority: { id, name, owner, description, active, roles },
  close,
}: {
  authority: AuthorityView;
  close: () => void;
}) {
  const form = useForm({ initialValues: { owner, description: description ?? '', active } });
  return (
    <FormDialog title="Edit" done={`${name} was changed`} form={form} fieldOf={fieldOf} close={close}
      save={(values) => api.call(updateAuthorityOperation, { params: { id }, body: { ...values, roles: roles.map((role) => ({ id: role.id })) } })}
    >
      <TextInput label="Owner" type="email" required data-autofocus {...form.getInputProps('owner')} />
      <Textarea label="Description" autosize minRows={3} {...form.getInputProps('description')} />
      <Switch label="Active" description="An inactive authority issues nothing" {...form.getInputProps('active', { type: 'checkbox' })} />
    </FormDialog>
  );
}
