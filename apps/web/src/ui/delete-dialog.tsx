import { Alert, Checkbox } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { queryClient, refreshAll } from '../session/api.js';
import { Dialog } from './dialog.js';
import { Icon } from './icons.js';
import { notifyDone } from './notify.js';

export interface DeleteDialogProps {
  name: string;
  /** Key of the query that reads it: reading it again would only show that it is gone. */
  queryKey: readonly [string, number];
  /** The list that it was in. */
  parent: string;
  warning: string;
  /** What happens to what hangs on it. */
  children: ReactNode;
  /** What deleting by force means; without it there is no such thing. */
  force?: { label: string; description: string; isOffered?: boolean };
  remove: (isForced: boolean) => Promise<unknown>;
  close: () => void;
}

export function DeleteDialog({ name, queryKey, parent, warning, children, force, remove, close }: DeleteDialogProps) {
  const navigate = useNavigate();
  const [isForced, setForced] = useState(false);
  const removal = useMutation({
    mutationFn: () => remove(isForced),
    onSuccess: async () => {
      notifyDone(`${name} was deleted`);
      await navigate(parent);
      queryClient.removeQueries({ queryKey });
      await refreshAll();
    },
  });
  return (
    <Dialog
      title={`Delete ${name}`}
      isOpen
      close={close}
      submit="Delete"
      isDangerous
      isBusy={removal.isPending}
      error={removal.error}
      onSubmit={() => removal.mutate()}
    >
      <Alert role="note" color="orange" icon={<Icon name="warning" />} title={warning}>
        {children}
      </Alert>
      {force !== undefined && (force.isOffered === true || removal.error !== null) && (
        <Checkbox
          label={force.label}
          description={force.description}
          checked={isForced}
          onChange={(event) => setForced(event.currentTarget.checked)}
        />
      )}
    </Dialog>
  );
}
