import { Button, SimpleGrid } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { deleteNotificationOperation, getNotificationOperation, testNotificationOperation, type NotificationView } from '@sifaka/contracts';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { DeleteDialog } from '../ui/delete-dialog.js';
import { Facts } from '../ui/facts.js';
import { Icon } from '../ui/icons.js';
import { ObjectPage } from '../ui/object-page.js';
import { OptionFacts } from '../ui/option-facts.js';
import { Page } from '../ui/page.js';
import { Section } from '../ui/section.js';
import { TestDialog } from '../ui/test-report.js';
import { usePlugins } from '../ui/use-plugins.js';
import { ActiveSwitch } from './active-switch.js';
import { DeliveryTable } from './delivery-table.js';
import { EditDialog } from './edit-dialog.js';
import { intervalText } from './notification-request.js';
import { NotifiedCertificates } from './notified-certificates.js';
import { RetryFailedButton } from './retry-failed-button.js';

const parent = { title: 'Notifications', to: '/notifications' };

export function NotificationPage() {
  const id = Number(useParams().id);
  const notification = useQuery({
    queryKey: ['notification', id],
    queryFn: ({ signal }) => api.call(getNotificationOperation, { params: { id }, signal }),
  });
  return (
    <ObjectPage query={notification} title="Notification" parent={parent}>
      {(data) => <Details key={id} notification={data} />}
    </ObjectPage>
  );
}

function Details({ notification }: { notification: NotificationView }) {
  const { id, label, description, plugin, options } = notification;
  const { canWrite } = useMe();
  return (
    <Page title={label} parent={parent} lead={description} actions={canWrite && <Actions notification={notification} />}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section title="How they are told">
          <OptionFacts title={plugin.title} options={options.filter(({ name }) => name !== 'interval' && name !== 'unit')} />
        </Section>
        <Section title="When">
          <Facts
            facts={[
              ['Active', <ActiveSwitch key="active" notification={notification} />],
              ['Tells of ends', intervalText(options) ?? 'as the platform is configured'],
            ]}
          />
        </Section>
      </SimpleGrid>
      <NotifiedCertificates notification={notification} />
      <Section title="Deliveries" actions={<RetryFailedButton notificationId={id} />}>
        <DeliveryTable of={{ notificationId: id }} none="Nothing was sent by it yet. A test message can be sent at any time." />
      </Section>
    </Page>
  );
}

function Actions({ notification }: { notification: NotificationView }) {
  const { id, label } = notification;
  const plugins = usePlugins('notification');
  const [testing, test] = useDisclosure();
  const [editing, edit] = useDisclosure();
  const [deleting, remove] = useDisclosure();
  return (
    <>
      <Button leftSection={<Icon name="notification" />} onClick={test.open}>
        Send a test
      </Button>
      <Button variant="default" leftSection={<Icon name="edit" />} onClick={edit.open} disabled={plugins.data === undefined}>
        Edit
      </Button>
      <Button variant="outline" color="red" leftSection={<Icon name="trash" />} onClick={remove.open}>
        Delete
      </Button>
      {testing && <TestDialog name={label} test={() => api.call(testNotificationOperation, { params: { id } })} close={test.close} />}
      {editing && plugins.data !== undefined && <EditDialog notification={notification} plugins={plugins.data.items} close={edit.close} />}
      {deleting && (
        <DeleteDialog
          name={label}
          queryKey={['notification', id]}
          parent={parent.to}
          warning="Nobody is told by it any more"
          remove={() => api.call(deleteNotificationOperation, { params: { id } })}
          close={remove.close}
        >
          What it still had to deliver is dropped, and its certificates lose it. What it delivered stays in the deliveries.
        </DeleteDialog>
      )}
    </>
  );
}
