import { Alert, Textarea } from '@mantine/core';
import { cancelPendingCertificateOperation, type PendingCertificateView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { api, queryClient, refreshAll } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { notifyDone } from '../ui/notify.js';

export function CancelDialog({ pending: { id, name }, close }: { pending: PendingCertificateView; close: () => void }) {
  const navigate = useNavigate();
  const [note, setNote] = useState('');
  const cancel = useMutation({
    mutationFn: () => api.call(cancelPendingCertificateOperation, { params: { id }, body: { note } }),
    onSuccess: async () => {
      notifyDone(`${name} is cancelled`);
      await navigate('/pending-certificates');
      // It is gone: reading it again would only show that.
      queryClient.removeQueries({ queryKey: ['pending-certificate', id] });
      await refreshAll();
    },
  });
  return (
    <Dialog
      title="Cancel the request"
      isOpen
      close={close}
      submit="Cancel for good"
      isDangerous
      isBusy={cancel.isPending}
      error={cancel.error}
      onSubmit={() => cancel.mutate()}
    >
      <Alert role="note" color="orange" icon={<Icon name="warning" />} title="The request and its key are forgotten">
        It is cancelled at the authority where that can be done. A certificate that was issued all the same is not taken in.
      </Alert>
      <Textarea
        label="Why"
        description="For the audit log, and for the authority where it takes one"
        autosize
        minRows={2}
        maxLength={1_024}
        data-autofocus
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </Dialog>
  );
}
