import { Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { RequestOf } from '@sifaka/api-client';
import { uploadCertificateOperation } from '@sifaka/contracts';
import { DestinationSelect } from '../destinations/destination-select.js';
import { NotificationSelect } from '../notifications/notification-select.js';
import { RotationPolicySelect } from '../renewal/rotation-policy-select.js';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { CreateForm, useCreation } from '../ui/create-form.js';
import { byFirstPart } from '../ui/form-refusal.js';
import { Page } from '../ui/page.js';
import { PemField } from '../ui/pem-input.js';
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
  const form = useForm<UploadForm>({ initialValues: empty });
  const creation = useCreation({
    form,
    fieldOf,
    async save(values) {
      const { id, name } = await api.call(uploadCertificateOperation, { body: requestOf(values, user?.email ?? '') });
      return { to: `/certificates/${id}`, message: `${name} is in the inventory` };
    },
  });
  return (
    <Page
      title="Upload a certificate"
      parent={{ title: 'Certificates', to: '/certificates' }}
      lead="Take one that was issued elsewhere into the inventory. A key that comes along is kept encrypted."
    >
      <CreateForm form={form} creation={creation} submit="Upload" parent="/certificates" isFramed>
        <PemField form={form} field="body" label="Certificate" description="In PEM" isRequired />
        <PemField form={form} field="chain" label="Chain" description="The certificates between it and the root, in PEM" />
        <PemField form={form} field="privateKey" label="Private key" description="In PEM, without a passphrase: PKCS#8, PKCS#1 or SEC1" />
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
      </CreateForm>
    </Page>
  );
}

function requestOf({ owner, body, description, destinations, notifications, rotationPolicy, ...optional }: UploadForm, ownAddress: string): RequestOf<typeof uploadCertificateOperation>['body'] {
  const places = { destinations: refsOf(destinations), notifications: refsOf(notifications) };
  return { owner: owner === '' ? ownAddress : owner, body, description, ...places, ...(rotationPolicy !== null && { rotationPolicy: { id: Number(rotationPolicy) } }), ...filled(optional) };
}

const filled = (fields: Record<string, string>) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value.trim() !== ''));
