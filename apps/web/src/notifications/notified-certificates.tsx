import { Button } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { listNotificationCertificatesOperation, updateNotificationOperation, type CertificateView, type NotificationView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { CertificateSelect } from '../certificates/certificate-select.js';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { Expiry, StateBadge } from '../ui/badges.js';
import { NameCell } from '../ui/cells.js';
import { DataTable, type Column } from '../ui/data-table.js';
import { FormDialog } from '../ui/form-dialog.js';
import { byFirstPart } from '../ui/form-refusal.js';
import { Icon } from '../ui/icons.js';
import { useList } from '../ui/list-page.js';
import { useOwnListState, windowOf } from '../ui/list-state.js';
import { notifyDone, notifyRefused } from '../ui/notify.js';
import { Section } from '../ui/section.js';
import { Empty } from '../ui/states.js';
import { changed } from './notification-request.js';

/** The certificates that a notification hangs on. */
export function NotifiedCertificates({ notification }: { notification: NotificationView }) {
  const { id } = notification;
  const { canWrite } = useMe();
  const state = useOwnListState();
  const [isAttaching, attach] = useDisclosure();
  const query = windowOf(state, 'id');
  const certificates = useList(`notified-${id}`, query, (signal) => api.call(listNotificationCertificatesOperation, { params: { id }, query, signal }));
  const columns: Column<CertificateView>[] = [
    { title: 'Certificate', cell: ({ id: own, name, owner }) => <NameCell to={`/certificates/${own}`} name={name} detail={owner} /> },
    { title: 'State', cell: (row) => <StateBadge {...row} /> },
    { title: 'Expires', cell: ({ notAfter }) => <Expiry notAfter={notAfter} /> },
    ...(canWrite ? [{ title: 'Actions', isTitleHidden: true, cell: (row: CertificateView) => <Detach notification={notification} certificate={row} /> }] : []),
  ];
  return (
    <Section
      title="Certificates"
      actions={
        canWrite && (
          <Button size="xs" variant="default" leftSection={<Icon name="plus" />} onClick={attach.open}>
            Hang on a certificate
          </Button>
        )
      }
    >
      <DataTable
        label="Certificates"
        columns={columns}
        query={certificates}
        rowKey={(certificate) => certificate.id}
        state={state}
        isFramed
        empty={
          <Empty icon="certificate" title="It hangs on no certificate">
            Choose it when a certificate is requested, uploaded or edited.
          </Empty>
        }
      />
      {isAttaching && <AttachDialog notification={notification} close={attach.close} />}
    </Section>
  );
}

function Detach({ notification, certificate }: { notification: NotificationView; certificate: CertificateView }) {
  const detach = useMutation({
    mutationFn: () => api.call(updateNotificationOperation, { params: { id: notification.id }, body: changed(notification, { removedCertificates: [{ id: certificate.id }] }) }),
    onSuccess: () => notifyDone(`It hangs no more on ${certificate.name}`),
    onError: notifyRefused,
    onSettled: refreshAll,
  });
  return (
    <Button size="compact-sm" variant="default" loading={detach.isPending} onClick={() => detach.mutate()} aria-label={`Take off ${certificate.name}`}>
      Take off
    </Button>
  );
}

const fieldOf = byFirstPart(['certificate'], { addedCertificates: 'certificate' });

function AttachDialog({ notification, close }: { notification: NotificationView; close: () => void }) {
  const form = useForm<{ certificate: string | null }>({ initialValues: { certificate: null }, validate: { certificate: (id) => (id === null ? 'Choose a certificate' : null) } });
  return (
    <FormDialog
      title={`Hang ${notification.label} on a certificate`}
      done="It hangs on one certificate more"
      form={form}
      fieldOf={fieldOf}
      close={close}
      save={({ certificate }) => api.call(updateNotificationOperation, { params: { id: notification.id }, body: changed(notification, { addedCertificates: [{ id: Number(certificate) }] }) })}
    >
      <CertificateSelect label="Certificate" description="Found by its name or one of its domains" placeholder="Choose one" {...form.getInputProps('certificate')} />
    </FormDialog>
  );
}
