import { Alert, Select, Textarea } from '@mantine/core';
import { CrlReason, revokeCertificateOperation, type CertificateView } from '@sifaka/contracts';
import { toAppError } from '@sifaka/kernel';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, refreshAll } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { Icon } from '../ui/icons.js';
import { notifyDone } from '../ui/notify.js';
import { TypedName } from '../ui/typed-name.js';
import { reasonLabels } from './revocation-words.js';
import { ServedEndpoints } from './served-endpoints.js';

/** Why the server asks for force: endpoints present it, or nobody knows. */
const servedReasons = ['certificate.still_served', 'certificate.serving_unknown'];

/** A hold is released where it shows. */
const reasons = CrlReason.options.filter((value) => value !== 'removeFromCRL').map((value) => ({ value, label: reasonLabels[value] ?? value }));

export function RevokeDialog({ certificate: { id, name }, close }: { certificate: CertificateView; close: () => void }) {
  const [crlReason, setReason] = useState<CrlReason>('unspecified');
  const [comments, setComments] = useState('');
  const [typed, setTyped] = useState('');
  const [isForced, setForced] = useState(false);
  const isHold = crlReason === 'certificateHold';
  const revoke = useMutation({
    mutationFn: () => api.call(revokeCertificateOperation, { params: { id }, body: { crlReason, force: isForced, ...(comments !== '' && { comments }) } }),
    onSuccess: async () => {
      notifyDone(isHold ? `${name} is on hold` : `${name} is revoked`);
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
      submit={isHold ? 'Put on hold' : 'Revoke for good'}
      isDangerous
      isBusy={revoke.isPending}
      isBlocked={typed !== name}
      error={isServed ? null : revoke.error}
      onSubmit={() => revoke.mutate()}
    >
      {isHold ? (
        <Alert role="note" color="orange" icon={<Icon name="warning" />} title="This can be undone">
          Clients that check revocation refuse the certificate until it is released.
        </Alert>
      ) : (
        <Alert role="note" color="red" icon={<Icon name="warning" />} title="This cannot be undone">
          Clients that check revocation refuse the certificate from then on. It is taken away from its destinations.
        </Alert>
      )}
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
      <TypedName of="certificate" name={name} typed={typed} onChange={setTyped} />
    </Dialog>
  );
}
