import { Alert, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import {
  deactivateAcmeAccountOperation,
  rollOverAcmeAccountOperation,
  updateAcmeAccountOperation,
  type AcmeAccountView,
} from '@sifaka/contracts';
import { useState } from 'react';
import { api } from '../session/api.js';
import { ActionDialog } from '../ui/action-dialog.js';
import { FormDialog } from '../ui/form-dialog.js';
import { byFirstPart } from '../ui/form-refusal.js';
import { Icon } from '../ui/icons.js';
import { TypedName } from '../ui/typed-name.js';

interface DialogProps {
  account: AcmeAccountView;
  close: () => void;
}

const fieldOf = byFirstPart(['email']);

export function ContactDialog({ account: { id, authority, email }, close }: DialogProps) {
  const form = useForm({ initialValues: { email: email ?? '' } });
  return (
    <FormDialog
      title={`Contact of ${authority}`}
      done={`The contact of ${authority} was changed`}
      form={form}
      fieldOf={fieldOf}
      close={close}
      save={(body) => api.call(updateAcmeAccountOperation, { params: { id }, body })}
    >
      <TextInput
        label="E-mail address"
        description="The CA writes there about expiring certificates and incidents. Empty takes the contact away"
        type="email"
        data-autofocus
        {...form.getInputProps('email')}
      />
    </FormDialog>
  );
}

export function RollOverDialog({ account: { id, authority }, close }: DialogProps) {
  return (
    <ActionDialog
      title={`New key for the account of ${authority}`}
      submit="Change the key"
      done={`The account of ${authority} has a new key`}
      run={() => api.call(rollOverAcmeAccountOperation, { params: { id } })}
      close={close}
    >
      <Text size="sm">
        The key vault makes a new key, and the CA takes it in place of the old one. Account and certificates stay. Refused while names are being proved
        with the old key.
      </Text>
    </ActionDialog>
  );
}

export function DeactivateDialog({ account: { id, authority }, close }: DialogProps) {
  const [typed, setTyped] = useState('');
  return (
    <ActionDialog
      title={`Deactivate the account of ${authority}`}
      submit="Deactivate for good"
      isDangerous
      isBlocked={typed !== authority}
      done={`The account of ${authority} is deactivated`}
      run={() => api.call(deactivateAcmeAccountOperation, { params: { id } })}
      close={close}
    >
      <Alert role="note" color="red" icon={<Icon name="warning" />} title="This cannot be undone">
        The CA takes no more orders of this account. Certificates stay valid, but can no longer be revoked by it. The authority opens another account
        once it is saved again.
      </Alert>
      <TypedName of="authority" name={authority} typed={typed} onChange={setTyped} />
    </ActionDialog>
  );
}
