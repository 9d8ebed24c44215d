import { Alert, Select, Text, Textarea, TextInput } from '@mantine/core';
import { CrlReason, revokeCertificateOperation, type CertificateView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, refreshAll } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { notifyDone } from '../ui/notify.js';

const reasonLabels: Readonly<Record<string, string>> = {
  unspecified: 'No reason given',
  keyCompromise: 'The key is known to others',
  cACompromise: 'The key of the authority is known to others',
  affiliationChanged: 'The organization has changed',
  superseded: 'Replaced by another certificate',
  cessationOfOperation: 'No longer in use',
  certificateHold: 'On hold',
  removeFromCRL: 'Take off the list',
  privilegeWithdrawn: 'The right to it was withdrawn',
  aACompromise: 'The attribute authority is compromised',
};

const reasons = CrlReason.options.map((value) => ({ value, label: reasonLabels[value] ?? value }));

export function RevokeDialog({ certificate: { id, name }, close }: { certificate: CertificateView; close: () => void }) {
  const [crlReason, setReason] = useState<CrlReason>('unspecified');
  const [comments, setComments] = useState('');
  const [typed, setTyped] = useState('');
  const revoke = useMutation({
    mutationFn: () => api.call(revokeCertificateOperation, { params: { id }, body: { crlReason, ...(comments !== '' && { comments }) } }),
    onSuccess: async () => {
      notifyDone(`${name} is revoked`);
      await refreshAll();
      close();
    },
  });
  return (
    <Dialog
      title="Revoke"
      isOpen
      close={close}
      submit="Revoke for good"
      isDangerous
      isBusy={revoke.isPending}
      isBlocked={typed !== name}
      error={revoke.error}
      onSubmit={() => revoke.mutate()}
    >
      <Alert role="note" color="red" icon={<Icon name="warning" />} title="This cannot be undone">
        Clients that check revocation refuse the certificate from then on.
      </Alert>
      <Select
        label="Reason"
        data={reasons}
        value={crlReason}
        onChange={(value) => setReason(CrlReason.catch('unspecified').parse(value))}
        allowDeselect={false}
      />
      <Textarea
        label="Comment"
        description="For the audit log"
        value={comments}
        onChange={(event) => setComments(event.currentTarget.value)}
      />
      <TextInput
        label="Type the name of the certificate to confirm"
        description={
          <Text span size="xs" ff="monospace" className="breaks">
            {name}
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
