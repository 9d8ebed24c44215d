import { Checkbox, Text } from '@mantine/core';
import { newIdempotencyKey } from '@sifaka/api-client';
import { reissueCertificateOperation, type CertificateView, type ReissuePlan } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { api, refreshAll } from '../session/api.js';
import { Dialog } from '../ui/dialog.js';
import { Facts } from '../ui/facts.js';
import { notifyDone } from '../ui/notify.js';
import { Loading } from '../ui/states.js';
import { dateTimeText } from '../ui/time.js';

/** Shows what would be asked for, as soon as it opens; asks for it when somebody says so. */
export function RenewDialog({ certificate: { id, name }, close }: { certificate: CertificateView; close: () => void }) {
  const navigate = useNavigate();
  const key = useRef(newIdempotencyKey());
  const [isForced, setForced] = useState(false);
  const { mutate: rehearse, ...planning } = useMutation({
    mutationFn: (force: boolean) => api.call(reissueCertificateOperation, { params: { id }, body: { dryRun: true, force } }),
  });
  useEffect(() => rehearse(false), [rehearse]);
  const renewal = useMutation({
    mutationFn: () => api.call(reissueCertificateOperation, { params: { id }, body: { dryRun: false, force: isForced }, idempotencyKey: key.current }),
    onSuccess: async ({ certificate, pending }) => {
      notifyDone(certificate === null ? `The successor of ${name} is requested: the authority has not issued it yet` : `${certificate.name} was issued in place of ${name}`);
      await refreshAll();
      if (certificate !== null) await navigate(`/certificates/${certificate.id}`);
      else if (pending !== null) await navigate(`/pending-certificates/${pending.id}`);
      close();
    },
  });
  const plan = planning.data?.plan;
  return (
    <Dialog
      title="Renew now"
      isOpen
      close={close}
      submit="Renew now"
      isBusy={renewal.isPending}
      isBlocked={plan === undefined}
      error={renewal.error ?? planning.error}
      onSubmit={() => renewal.mutate()}
    >
      <Text size="sm">
        A new certificate with the same attributes and a new key takes the place of this one. It goes to the same destinations, and endpoints follow.
      </Text>
      {planning.isPending && <Loading rows={2} />}
      {plan !== undefined && <Plan plan={plan} />}
      {(planning.error !== null || isForced) && (
        <Checkbox
          label="Renew it all the same"
          description="Also when another certificate took its place or it was revoked"
          checked={isForced}
          onChange={(event) => {
            setForced(event.currentTarget.checked);
            rehearse(event.currentTarget.checked);
          }}
        />
      )}
    </Dialog>
  );
}

const shownNames = 12;

function Plan({ plan: { name, commonName, names, authority, validityStart, validityEnd } }: { plan: ReissuePlan }) {
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : '';
  return (
    <section aria-label="What would be asked for">
      <Facts
        facts={[
          ['Name', name],
          ['Common name', commonName],
          ['Names', `${names.slice(0, shownNames).join(', ')}${more}`],
          ['Authority', authority.name],
          ['Valid from', dateTimeText(validityStart)],
          ['Valid to', dateTimeText(validityEnd)],
        ]}
      />
    </section>
  );
}
