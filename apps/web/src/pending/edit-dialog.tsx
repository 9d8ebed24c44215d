import { MultiSelect, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { editPendingCertificateOperation, type PendingCertificateView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { refsOf, replacementOf } from '../certificates/certificate-edit.js';
import { DestinationSelect } from '../destinations/destination-select.js';
import { useRoles } from '../people/use-people.js';
import { api, refreshAll } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { byFirstPart, shownPaths, showRefusal } from '../ui/form-refusal.js';
import { notifyDone } from '../ui/notify.js';

const fieldOf = byFirstPart(['owner', 'description', 'roles', 'destinations', 'notify', 'rotation']);

const chosenIds = (objects: readonly { id: number }[]) => objects.map(({ id }) => String(id));

export function EditDialog({ pending, close }: { pending: PendingCertificateView; close: () => void }) {
  const { id, name, owner, description, roles, notify, rotation, destinations } = pending;
  const allRoles = useRoles();
  const form = useForm({
    initialValues: { owner, description: description ?? '', roles: chosenIds(roles), destinations: chosenIds(destinations), notify, rotation },
  });
  const edit = useMutation({
    // The operation replaces: what this form does not show is sent back as it was.
    mutationFn: (values: typeof form.values) =>
      api.call(editPendingCertificateOperation, {
        params: { id },
        body: { ...replacementOf(pending), ...values, roles: refsOf(values.roles), destinations: refsOf(values.destinations) },
      }),
    onSuccess: async () => {
      notifyDone(`${name} was changed`);
      await refreshAll();
      close();
    },
    onError: (error) => showRefusal(form, error, fieldOf),
  });
  return (
    <Dialog
      title="Edit"
      isOpen
      close={close}
      submit="Save"
      isBusy={edit.isPending}
      error={edit.error}
      shown={shownPaths(edit.error, fieldOf)}
      onSubmit={form.onSubmit((values) => edit.mutate(values))}
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
      <DestinationSelect description="It is put there as soon as it is issued" chosen={destinations} {...form.getInputProps('destinations')} />
      <Switch label="Notify before it ends" {...form.getInputProps('notify', { type: 'checkbox' })} />
      <Switch label="Renew before it ends" {...form.getInputProps('rotation', { type: 'checkbox' })} />
    </Dialog>
  );
}
