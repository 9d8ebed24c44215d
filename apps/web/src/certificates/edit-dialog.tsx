import { Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import {
  describeCertificateOperation,
  editCertificateOperation,
  updateCertificateOwnerOperation,
  type CertificateView,
} from '@sifaka/contracts';
import { DestinationSelect } from '../destinations/destination-select.js';
import { NotificationSelect } from '../notifications/notification-select.js';
import { RotationPolicySelect } from '../renewal/rotation-policy-select.js';
import { api } from '../session/api.js';
import { FormDialog } from '../ui/form-dialog.js';
import { byFirstPart } from '../ui/form-refusal.js';
import { isSshLine } from '../ui/ssh.js';
import { formOf, replacementFor, type EditForm } from './certificate-edit.js';

const fieldOf = byFirstPart(['owner', 'description', 'destinations', 'notifications', 'rotationPolicy']);

export function EditDialog({ certificate, close }: { certificate: CertificateView; close: () => void }) {
  const { name, destinations, notifications, rotation } = certificate;
  const form = useForm<EditForm>({ initialValues: formOf(certificate) });
  return (
    <FormDialog
      title="Edit"
      done={`${name} was changed`}
      form={form}
      fieldOf={fieldOf}
      close={close}
      save={(values) => save(certificate, values)}
    >
      <TextInput
        label="Owner"
        description="E-mail address; the owner's role comes along"
        type="email"
        required
        data-autofocus
        {...form.getInputProps('owner')}
      />
      <Textarea label="Description" autosize minRows={3} {...form.getInputProps('description')} />
      {!isSshLine(certificate.body) && (
        <DestinationSelect
          description="It is put to those that are added, and taken away from those that are left out"
          chosen={destinations}
          {...form.getInputProps('destinations')}
        />
      )}
      <NotificationSelect description="Who is told before it ends; those of its owner stay" chosen={notifications} {...form.getInputProps('notifications')} />
      <RotationPolicySelect isIdle={!rotation} {...form.getInputProps('rotationPolicy')} />
    </FormDialog>
  );
}

/** Each by its own operation: replacing the whole certificate would undo what somebody else has just changed. Destinations, notifications and rotation policy have none. */
async function save(certificate: CertificateView, form: EditForm): Promise<void> {
  const params = { id: certificate.id };
  const replacement = replacementFor(certificate, form);
  if (replacement !== null) {
    await api.call(editCertificateOperation, { params, body: replacement });
    return;
  }
  const { owner, description } = form;
  if (owner !== certificate.owner) await api.call(updateCertificateOwnerOperation, { params, body: { owner } });
  if (description !== (certificate.description ?? '')) await api.call(describeCertificateOperation, { params, body: { description } });
}
