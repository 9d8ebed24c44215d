import { Alert, Checkbox } from '@mantine/core';
import { deleteDnsProviderOperation, type DnsProviderView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { api, queryClient, refreshAll } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { notifyDone } from '../ui/notify.js';

export function DeleteDialog({ provider: { id, name, openRecords }, close }: { provider: DnsProviderView; close: () => void }) {
  const navigate = useNavigate();
  const [isForced, setForced] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.call(deleteDnsProviderOperation, { params: { id }, query: isForced ? { force: true } : {} }),
    onSuccess: async () => {
      notifyDone(`${name} was deleted`);
      await navigate('/dns-providers');
      queryClient.removeQueries({ queryKey: ['dns-provider', id] });
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
      isBusy={remove.isPending}
      error={remove.error}
      onSubmit={() => remove.mutate()}
    >
      <Alert role="note" color="orange" icon={<Icon name="warning" />} title="Names in its zones can no longer be proved by DNS">
        {openRecords === 0
          ? 'No challenge records of it are in DNS. Its credentials are forgotten.'
          : `The ${openRecords} challenge ${openRecords === 1 ? 'record' : 'records'} that it still has in DNS are removed first, then its credentials are forgotten.`}{' '}
        Certificates that were issued stay; their renewal needs another provider. While orders wait for its records it cannot be deleted.
      </Alert>
      {(openRecords > 0 || remove.error !== null) && (
        <Checkbox
          label="Even if records cannot be removed"
          description="They stay in DNS; the audit log names them"
          checked={isForced}
          onChange={(event) => setForced(event.currentTarget.checked)}
        />
      )}
    </Dialog>
  );
}
