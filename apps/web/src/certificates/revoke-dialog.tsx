import { Alert, Select, Text, Textarea, TextInput } from '@mantine/core';
import { CrlReason, revokeCertificateOperation, type CertificateView } from '@sifaka/contracts';
import { toAppError } from '@sifaka/kernel';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, refreshAll } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { notifyDone } from '../ui/notify.js';
import { ServedEndpoints } from './served-endpoints.js';

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

/** Why the server asks for force: endpoints present it, or nobody knows. */
const servedReasons = ['certificate.still_served', 'certificate.serving_unknown'];

const reasons = CrlReason.options.map((value) => ({ value, label: reasonLabels[value] ?? value }));

export function RevokeDialog({ certificate: { id, name }, close }: { certificate: CertificateView; close: () => void }) {
  const [crlReason, setReason] = useState<CrlReason>('unspecified');
  const [comments, setComments] = useState('');
  const [typed, setTyped] = useState('');
  const [isForced, setForced] = useState(false);
  const revoke = useMutation({
    mutationFn: () => api.call(revokeCertificateOperation, { params: { id }, body: { crlReason, force: isForced, ...(comments !== '' && { comments }) } }),
    onSuccess: async () => {
      notifyDone(`${name} is revoked`);
      await refreshAll();
      close();
    },
  });
  const isServed = revoke.error !== null && servedReasons.includes(toAppError(revoke.error).reason ?? '');
  return (
    <Dialog
      title="Revoke"
      isOpen
      close={close}
      submit="Revoke for good"
      isDangerous
      isBusy={revoke.isPending}
      isBlocked={typed !== name}
      error={isServed ? null : revoke.error}
      onSubmit={() => revoke.mutate()}
    >
      <Alert role="note" color="red" icon={<Icon name="warning" />} title="This cannot be undone">
        Clients that check revocation refuse the certificate from then on. It is taken away from its destinations.
      </Alert>
      <ServedEndpoints certificateId={id} error={isServed ? revoke.error : null} isForced={isForced} setForced={setForced} />
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
