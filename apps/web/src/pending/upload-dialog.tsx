import { Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { uploadPendingCertificateOperation, type PendingCertificateView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { api, refreshAll } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { byFirstPart, shownPaths, showRefusal } from '../ui/form-refusal.js';
import { notifyDone } from '../ui/notify.js';
import { PemField } from '../ui/pem-input.js';

const empty = { body: '', chain: '', externalId: '' };
const fieldOf = byFirstPart(Object.keys(empty));

/** Brings the certificate by hand. The server knows whether it is for this key and from this authority. */
export function UploadDialog({ pending: { id, authority }, close }: { pending: PendingCertificateView; close: () => void }) {
  const navigate = useNavigate();
  const form = useForm({ initialValues: empty });
  const upload = useMutation({
    mutationFn: ({ body, chain, externalId }: typeof empty) =>
      api.call(uploadPendingCertificateOperation, {
        params: { id },
        body: { body, ...(chain.trim() !== '' && { chain }), ...(externalId.trim() !== '' && { externalId: externalId.trim() }) },
      }),
    onSuccess: async ({ name, resolvedCertId }) => {
      notifyDone(`${name} is in the inventory`);
      await refreshAll();
      close();
      if (resolvedCertId !== null) await navigate(`/certificates/${resolvedCertId}`);
    },
    onError: (error) => showRefusal(form, error, fieldOf),
  });
  return (
    <Dialog
      title="Upload the certificate"
      isOpen
      close={close}
      submit="Upload"
      size="xl"
      isBusy={upload.isPending}
      isBlocked={form.values.body.trim() === ''}
      error={upload.error}
      shown={shownPaths(upload.error, fieldOf)}
      onSubmit={form.onSubmit((values) => upload.mutate(values))}
    >
      <Text size="sm">It has to be for the key of this request, and from {authority.name}.</Text>
      <PemField form={form} field="body" label="Certificate" description="In PEM" isRequired />
      <PemField form={form} field="chain" label="Chain" description="The certificates between it and the root, in PEM; not needed where the authority signs itself" />
      <TextInput label="Number there" description="What the signers call it, if they do" maxLength={128} {...form.getInputProps('externalId')} />
    </Dialog>
  );
}
