import { Anchor, Button, Group, Paper, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { RequestOf } from '@sifaka/api-client';
import { uploadCertificateOperation } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router';
import { DestinationSelect } from '../destinations/destination-select.js';
import { NotificationSelect } from '../notifications/notification-select.js';
import { RotationPolicySelect } from '../renewal/rotation-policy-select.js';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { byFirstPart, shownPaths, showRefusal } from '../ui/form-refusal.js';
import { notifyDone } from '../ui/notify.js';
import { Page } from '../ui/page.js';
import { PemInput } from '../ui/pem-input.js';
import { Refusal } from '../ui/refusal.js';
import { refsOf } from './certificate-edit.js';

interface UploadForm {
  owner: string;
  body: string;
  chain: string;
  privateKey: string;
  name: string;
  description: string;
  /** Ids of the places where it is put. */
  destinations: string[];
  /** Ids of those who are told before it ends. */
  notifications: string[];
  /** Id; null is the default one. */
  rotationPolicy: string | null;
}

const empty: UploadForm = { owner: '', body: '', chain: '', privateKey: '', name: '', description: '', destinations: [], notifications: [], rotationPolicy: null };
const fieldOf = byFirstPart(Object.keys(empty));

export function CertificateUploadPage() {
  const { user } = useMe();
  const navigate = useNavigate();
  const form = useForm<UploadForm>({ initialValues: empty });
  const upload = useMutation({
    mutationFn: (form: UploadForm) => api.call(uploadCertificateOperation, { body: requestOf(form, user?.email ?? '') }),
    onSuccess: async ({ id, name }) => {
      notifyDone(`${name} is in the inventory`);
      await refreshAll();
      await navigate(`/certificates/${id}`);
    },
    onError: (error) => showRefusal(form, error, fieldOf),
  });
  const pem = (label: string, description: string, field: 'body' | 'chain' | 'privateKey', isRequired = false) => (
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
      title="Upload a certificate"
      parent={{ title: 'Certificates', to: '/certificates' }}
      lead="Take one that was issued elsewhere into the inventory. A key that comes along is kept encrypted."
    >
      <form onSubmit={form.onSubmit((values) => upload.mutate(values))} noValidate>
        <Paper withBorder p="lg" maw={760}>
          <Stack>
            <Refusal error={upload.error} shown={shownPaths(upload.error, fieldOf)} />
            {pem('Certificate', 'In PEM', 'body', true)}
            {pem('Chain', 'The certificates between it and the root, in PEM', 'chain')}
            {pem('Private key', 'In PEM, without a passphrase: PKCS#8, PKCS#1 or SEC1', 'privateKey')}
            <TextInput
              label="Owner"
              description="E-mail address of the team that answers for it"
              placeholder={user?.email ?? ''}
              type="email"
              {...form.getInputProps('owner')}
            />
            <TextInput
              label="Name in the inventory"
              description="Made from the certificate when left empty"
              {...form.getInputProps('name')}
            />
            <Textarea label="Description" autosize minRows={2} {...form.getInputProps('description')} />
            <DestinationSelect description="It is put there at once, with its key where the destination needs it" {...form.getInputProps('destinations')} />
            <NotificationSelect {...form.getInputProps('notifications')} />
            <RotationPolicySelect isIdle {...form.getInputProps('rotationPolicy')} />
            <Group>
              <Button type="submit" loading={upload.isPending}>
                Upload
              </Button>
              <Anchor component={Link} to="/certificates" size="sm">
                Cancel
              </Anchor>
            </Group>
          </Stack>
        </Paper>
      </form>
    </Page>
  );
}

function requestOf({ owner, body, description, destinations, notifications, rotationPolicy, ...optional }: UploadForm, ownAddress: string): RequestOf<typeof uploadCertificateOperation>['body'] {
  const places = { destinations: refsOf(destinations), notifications: refsOf(notifications) };
  return { owner: owner === '' ? ownAddress : owner, body, description, ...places, ...(rotationPolicy !== null && { rotationPolicy: { id: Number(rotationPolicy) } }), ...filled(optional) };
}

const filled = (fields: Record<string, string>) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value.trim() !== ''));
