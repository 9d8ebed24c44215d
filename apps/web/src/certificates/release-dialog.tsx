import { Text, Textarea } from '@mantine/core';
import { revokeCertificateOperation, type CertificateView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, refreshAll } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { notifyDone } from '../ui/notify.js';

/** Ends a hold: the certificate is good again. */
export function ReleaseDialog({ certificate: { id, name }, close }: { certificate: CertificateView; close: () => void }) {
  const [comments, setComments] = useState('');
  const release = useMutation({
    mutationFn: () => api.call(revokeCertificateOperation, { params: { id }, body: { crlReason: 'removeFromCRL', ...(comments !== '' && { comments }) } }),
    onSuccess: async () => {
      notifyDone(`${name} is released`);
      await refreshAll();
      close();
    },
  });
  return (
    <Dialog title={`Release ${name}`} isOpen close={close} submit="Release" isBusy={release.isPending} error={release.error} onSubmit={() => release.mutate()}>
      <Text size="sm">It leaves the revocation list of its authority, and clients take it again. Whether it is renewed and its owners are told is as it was before the hold.</Text>
      <Textarea label="Comment" description="For the audit log" data-autofocus value={comments} onChange={(event) => setComments(event.currentTarget.value)} />
    </Dialog>
  );
}
