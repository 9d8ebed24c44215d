import { SimpleGrid } from '@mantine/core';
import { getNotificationOperation, type NotificationView } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { Facts } from '../ui/facts.js';
import { ObjectPage } from '../ui/object-page.js';
import { OptionFacts } from '../ui/option-facts.js';
import { OptionedActions } from '../ui/optioned-actions.js';
import { Page } from '../ui/page.js';
import { Section } from '../ui/section.js';
import { DeliveryTable } from './delivery-table.js';
import { notificationKind } from './notification-kind.js';
import { intervalText } from './notification-request.js';
import { NotificationSwitch } from './notification-switch.js';
import { NotifiedCertificates } from './notified-certificates.js';
import { RetryFailedButton } from './retry-failed-button.js';

const { parent } = notificationKind;

export function NotificationPage() {
  return (
    <ObjectPage
      of="notification"
      title="Notification"
      parent={parent}
      load={(id, signal) => api.call(getNotificationOperation, { params: { id }, signal })}
    >
      {(notification) => <Details notification={notification} />}
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
              ['Active', <NotificationSwitch key="active" notification={notification} />],
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
  return (
    <OptionedActions
      kind={notificationKind}
      object={notification}
      deletion={{
        warning: 'Nobody is told by it any more',
        children: 'What it still had to deliver is dropped, and its certificates lose it. What it delivered stays in the deliveries.',
      }}
    />
  );
}
