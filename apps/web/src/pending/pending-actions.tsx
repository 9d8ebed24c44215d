import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { retryPendingCertificateOperation, viewPendingCertificateKeyOperation, type PendingCertificateView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { KeyDialog } from '../certificates/key-dialog.js';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { Icon } from '../ui/icons.js';
import { notifyDone, notifyRefused } from '../ui/notify.js';
import { CancelDialog } from './cancel-dialog.js';
import { EditDialog } from './edit-dialog.js';
import { UploadDialog } from './upload-dialog.js';

/** What the creator, its roles and administrators can do with it in its state. */
export function PendingActions({ pending }: { pending: PendingCertificateView }) {
  const { id, name, state, settledBy, hasPrivateKey } = pending;
  const { canWrite } = useMe();
  const [viewing, key] = useDisclosure();
  const [editing, edit] = useDisclosure();
  const [uploading, upload] = useDisclosure();
  const [cancelling, cancel] = useDisclosure();
  const isWaiting = state === 'waiting';
  const isOpen = isWaiting || state === 'failed';
  return (
    <>
      {isWaiting && settledBy !== 'upload' && <TryNow pending={pending} />}
      {isOpen && canWrite && !(isWaiting && settledBy === 'upload') && (
        <Button variant="default" leftSection={<Icon name="upload" />} onClick={upload.open}>
          Upload certificate
        </Button>
      )}
      {hasPrivateKey && isOpen && (
        <Button variant="default" leftSection={<Icon name="key" />} onClick={key.open}>
          View key
        </Button>
      )}
      {isWaiting && (
        <Button variant="default" leftSection={<Icon name="edit" />} onClick={edit.open}>
          Edit
        </Button>
      )}
      {isOpen && (
        <Button variant="outline" color="red" leftSection={<Icon name="ban" />} onClick={cancel.open}>
          {isWaiting ? 'Cancel request' : 'Forget'}
        </Button>
      )}
      {viewing && <KeyDialog name={name} read={() => api.call(viewPendingCertificateKeyOperation, { params: { id } })} close={key.close} />}
      {editing && <EditDialog pending={pending} close={edit.close} />}
      {uploading && <UploadDialog pending={pending} close={upload.close} />}
      {cancelling && <CancelDialog pending={pending} close={cancel.close} />}
    </>
  );
}

function TryNow({ pending: { id } }: { pending: PendingCertificateView }) {
  const retry = useMutation({
    mutationFn: () => api.call(retryPendingCertificateOperation, { params: { id } }),
    onSuccess: async () => {
      notifyDone('The authority is asked now');
      await refreshAll();
    },
    onError: notifyRefused,
  });
  return (
    <Button leftSection={<Icon name="refresh" />} loading={retry.isPending} onClick={() => retry.mutate()}>
      Try now
    </Button>
  );
}
