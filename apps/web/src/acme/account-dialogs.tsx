import { Alert, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import {
  deactivateAcmeAccountOperation,
  rollOverAcmeAccountOperation,
  updateAcmeAccountOperation,
  type AcmeAccountView,
} from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, refreshAll } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { byFirstPart, shownPaths, showRefusal } from '../ui/form-refusal.js';
import { Icon } from '../ui/icons.js';
import { notifyDone } from '../ui/notify.js';

interface DialogProps {
  account: AcmeAccountView;
  close: () => void;
}

const fieldOf = byFirstPart(['email']);

export function ContactDialog({ account: { id, authority, email }, close }: DialogProps) {
  const form = useForm({ initialValues: { email: email ?? '' } });
  const change = useMutation({
    mutationFn: (body: { email: string }) => api.call(updateAcmeAccountOperation, { params: { id }, body }),
    onSuccess: async () => {
      notifyDone(`The contact of ${authority} was changed`);
      await refreshAll();
      close();
    },
    onError: (error) => showRefusal(form, error, fieldOf),
  });
  return (
    <Dialog
      title={`Contact of ${authority}`}
      isOpen
      close={close}
      submit="Save"
      isBusy={change.isPending}
      error={change.error}
      shown={shownPaths(change.error, fieldOf)}
      onSubmit={form.onSubmit((values) => change.mutate(values))}
    >
      <TextInput
        label="E-mail address"
        description="The CA writes there about expiring certificates and incidents. Empty takes the contact away"
        type="email"
        data-autofocus
        {...form.getInputProps('email')}
      />
    </Dialog>
  );
}

export function RollOverDialog({ account: { id, authority }, close }: DialogProps) {
  const rollOver = useMutation({
    mutationFn: () => api.call(rollOverAcmeAccountOperation, { params: { id } }),
    onSuccess: async () => {
      notifyDone(`The account of ${authority} has a new key`);
      await refreshAll();
      close();
    },
  });
  return (
    <Dialog
      title={`New key for the account of ${authority}`}
      isOpen
      close={close}
      submit="Change the key"
      isBusy={rollOver.isPending}
      error={rollOver.error}
      onSubmit={() => rollOver.mutate()}
    >
      <Text size="sm">
        The key vault makes a new key, and the CA takes it in place of the old one. Account and certificates stay. Refused while names are being proved
        with the old key.
      </Text>
    </Dialog>
  );
}

export function DeactivateDialog({ account: { id, authority }, close }: DialogProps) {
  const [typed, setTyped] = useState('');
  const deactivate = useMutation({
    mutationFn: () => api.call(deactivateAcmeAccountOperation, { params: { id } }),
    onSuccess: async () => {
      notifyDone(`The account of ${authority} is deactivated`);
      await refreshAll();
      close();
    },
  });
  return (
    <Dialog
      title={`Deactivate the account of ${authority}`}
      isOpen
      close={close}
      submit="Deactivate for good"
      isDangerous
      isBusy={deactivate.isPending}
      isBlocked={typed !== authority}
      error={deactivate.error}
      onSubmit={() => deactivate.mutate()}
    >
      <Alert role="note" color="red" icon={<Icon name="warning" />} title="This cannot be undone">
        The CA takes no more orders of this account. Certificates stay valid, but can no longer be revoked by it. The authority opens another account
        once it is saved again.
      </Alert>
      <TextInput
        label="Type the name of the authority to confirm"
        description={
          <Text span size="xs" ff="monospace" className="breaks">
            {authority}
          </Text>
        }
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        autoComplete="off"
        data-autofocus
      />
    </Dialog>
  );
}
