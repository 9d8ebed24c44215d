import { Text, Textarea } from '@mantine/core';
import { revokeCertificateOperation, type CertificateView } from '@sifaka/contracts';
import { useState } from 'react';
import { api } from '../session/api.js';
import { ActionDialog } from '../ui/action-dialog.js';

/** Ends a hold: the certificate is good again. */
export function ReleaseDialog({ certificate: { id, name }, close }: { certificate: CertificateView; close: () => void }) {
  const [comments, setComments] = useState('');
  const release = () => api.call(revokeCertificateOperation, { params: { id }, body: { crlReason: 'removeFromCRL', ...(comments !== '' && { comments }) } });
  return (
    <ActionDialog title={`Release ${name}`} submit="Release" done={`${name} is released`} run={release} close={close}>
      <Text size="sm">It leaves the revocation list of its authority, and clients take it again. Whether it is renewed and its owners are told is as it was before the hold.</Text>
      <Textarea label="Comment" description="For the audit log" data-autofocus value={comments} onChange={(event) => setComments(event.currentTarget.value)} />
    </ActionDialog>
  );
}
