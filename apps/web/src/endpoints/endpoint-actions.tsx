import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { checkEndpointOperation, deleteEndpointOperation, type EndpointView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { RotateDialog } from '../rotations/rotate-dialog.js';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { DeleteDialog } from '../ui/delete-dialog.js';
import { Icon } from '../ui/icons.js';
import { notifyDone, notifyRefused } from '../ui/notify.js';
import { EditDialog } from './edit-dialog.js';

/** Administrators and the owner's role change it; whoever may change its certificate rotates it. */
export function EndpointActions({ endpoint }: { endpoint: EndpointView }) {
  const { id, name, owner, certificate, isManual, rotatesBy } = endpoint;
  const { isAdmin, canWrite, holds } = useMe();
  const [isRotating, rotate] = useDisclosure();
  const [editing, edit] = useDisclosure();
  const [deleting, remove] = useDisclosure();
  const mayChange = isAdmin || (canWrite && holds(owner));
  const mayRotate = isAdmin || (certificate !== null && holds(certificate.owner));
  return (
    <>
      {mayChange && <CheckNow endpoint={endpoint} />}
      {mayRotate && rotatesBy !== null && (
        <Button variant="default" leftSection={<Icon name="rotation" />} onClick={rotate.open}>
          Rotate
        </Button>
      )}
      {mayChange && (
        <>
          <Button variant="default" leftSection={<Icon name="edit" />} onClick={edit.open}>
            Edit
          </Button>
          <Button variant="outline" color="red" leftSection={<Icon name="trash" />} onClick={remove.open}>
            Delete
          </Button>
        </>
      )}
      {isRotating && <RotateDialog subject={{ kind: 'endpoint', id, name }} close={rotate.close} />}
      {editing && <EditDialog endpoint={endpoint} close={edit.close} />}
      {deleting && (
        <DeleteDialog
          name={name}
          queryKey={['endpoint', id]}
          parent="/endpoints"
          warning="It is no longer watched"
          remove={() => api.call(deleteEndpointOperation, { params: { id } })}
          close={remove.close}
        >
          Nothing changes at the endpoint itself. {isManual ? 'What it presents stays in the inventory.' : 'While its source reports it, it comes back with the next run.'}
        </DeleteDialog>
      )}
    </>
  );
}

function CheckNow({ endpoint: { id } }: { endpoint: EndpointView }) {
  const check = useMutation({
    mutationFn: () => api.call(checkEndpointOperation, { params: { id } }),
    onSuccess: ({ lastError, issues }) => {
      if (lastError === null) notifyDone(issues.length === 0 ? 'It was looked at: all is well' : 'It was looked at: see its issues');
      else notifyRefused(new Error(lastError));
    },
    onError: notifyRefused,
    onSettled: refreshAll,
  });
  return (
    <Button leftSection={<Icon name="refresh" />} loading={check.isPending} onClick={() => check.mutate()}>
      Check now
    </Button>
  );
}
