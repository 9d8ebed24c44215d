import { MultiSelect, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { editPendingCertificateOperation, type PendingCertificateView } from '@sifaka/contracts';
import { chosenIds, refsOf, replacementOf } from '../certificates/certificate-edit.js';
import { DestinationSelect } from '../destinations/destination-select.js';
import { NotificationSelect } from '../notifications/notification-select.js';
import { useRoles } from '../people/use-people.js';
import { api } from '../session/api.js';
import { FormDialog } from '../ui/form-dialog.js';
import { byFirstPart } from '../ui/form-refusal.js';

const fieldOf = byFirstPart(['owner', 'description', 'roles', 'destinations', 'notifications', 'notify', 'rotation']);

export function EditDialog({ pending, close }: { pending: PendingCertificateView; close: () => void }) {
  const { id, name, owner, description, roles, notify, rotation, destinations, notifications } = pending;
  const allRoles = useRoles();
  const form = useForm({
    initialValues: {
      owner,
      description: description ?? '',
      roles: chosenIds(roles),
      destinations: chosenIds(destinations),
      notifications: chosenIds(notifications),
      notify,
      rotation,
    },
  });
  return (
    <FormDialog
      title="Edit"
      done={`${name} was changed`}
      form={form}
      fieldOf={fieldOf}
      close={close}
      save={(values) =>
        // The operation replaces: what this form does not show is sent back as it was.
        api.call(editPendingCertificateOperation, {
          params: { id },
          body: { ...replacementOf(pending), ...values, roles: refsOf(values.roles), destinations: refsOf(values.destinations), notifications: refsOf(values.notifications) },
        })
      }
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
      <MultiSelect
        label="Roles"
        description="Who holds one of them may change it and see its key"
        searchable
        data={(allRoles.data?.items ?? roles).map((role) => ({ value: String(role.id), label: role.name }))}
        {...form.getInputProps('roles')}
      />
      <DestinationSelect
        description="It is put there as soon as it is issued"
        chosen={destinations}
        {...form.getInputProps('destinations')}
      />
      <NotificationSelect description="Who is told before it ends" chosen={notifications} {...form.getInputProps('notifications')} />
      <Switch label="Notify before it ends" {...form.getInputProps('notify', { type: 'checkbox' })} />
      <Switch label="Renew before it ends" {...form.getInputProps('rotation', { type: 'checkbox' })} />
    </FormDialog>
  );
}
