import { Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { describeCertificateOperation, updateCertificateOwnerOperation, type CertificateView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { api, refreshAll } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { byFirstPart, shownPaths, showRefusal } from '../ui/form-refusal.js';
import { notifyDone } from '../ui/notify.js';

const fieldOf = byFirstPart(['owner', 'description']);

export function EditDialog({ certificate: { id, name, owner, description }, close }: { certificate: CertificateView; close: () => void }) {
  const form = useForm({ initialValues: { owner, description: description ?? '' } });
  const edit = useMutation({
    // Each by its own operation: replacing the whole certificate would undo what somebody else has just changed.
    mutationFn: async (values: { owner: string; description: string }) => {
      if (values.owner !== owner) await api.call(updateCertificateOwnerOperation, { params: { id }, body: { owner: values.owner } });
      if (values.description !== (description ?? ''))
        await api.call(describeCertificateOperation, { params: { id }, body: { description: values.description } });
    },
    onSuccess: async () => {
      notifyDone(`${name} was changed`);
      await refreshAll();
      close();
    },
    onError: (error) => showRefusal(form, error, fieldOf),
  });
  const submit = form.onSubmit((values) => edit.mutate(values));
  return (
    <Dialog
      title="Edit"
      isOpen
      close={close}
      submit="Save"
      isBusy={edit.isPending}
      error={edit.error}
      shown={shownPaths(edit.error, fieldOf)}
      onSubmit={submit}
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
    </Dialog>
  );
}
