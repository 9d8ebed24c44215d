import { Group, Stack, Switch, Text } from '@mantine/core';
import { switchCertificateOperation, type CertificateView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { DeliveryTable } from '../notifications/delivery-table.js';
import { api, refreshAll } from '../session/api.js';
import { ActiveBadge } from '../ui/badges.js';
import { LinkTo } from '../ui/cells.js';
import { notifyRefused } from '../ui/notify.js';
import { Section } from '../ui/section.js';
import { useMayChange } from './use-may-change.js';

/** Who is told of a certificate, and what they were told. */
export function CertificateNotifications({ certificate }: { certificate: CertificateView }) {
  const { id, notify, notifications } = certificate;
  const mayChange = useMayChange(certificate);
  const change = useMutation({
    mutationFn: (wanted: boolean) => api.call(switchCertificateOperation, { params: { id }, body: { notify: wanted } }),
    onSettled: refreshAll,
    onError: notifyRefused,
  });
  return (
    <Stack>
      <Section title="Notifications">
        {notifications.length === 0 ? (
          <Text size="sm" c="dimmed">
            None hangs on it.{mayChange ? ' Choose some under Edit.' : ''}
          </Text>
        ) : (
          <Stack gap="xs" component="ul" m={0} pl={0} aria-label="Notifications of this certificate" style={{ listStyle: 'none' }}>
            {notifications.map(({ id: own, label, plugin, active }) => (
              <Group key={own} component="li" gap="xs">
                <LinkTo to={`/notifications/${own}`}>{label}</LinkTo>
                <Text size="xs" c="dimmed">
                  {plugin.title}
                </Text>
                {!active && <ActiveBadge active={false} />}
              </Group>
            ))}
          </Stack>
        )}
        <Switch
          label="Notify before it ends"
          description="Switched off, nobody is told of its end"
          checked={notify}
          disabled={!mayChange || change.isPending}
          onChange={(event) => change.mutate(event.currentTarget.checked)}
        />
      </Section>
      <Section title="Deliveries">
        <DeliveryTable of={{ certificateId: id }} none="Nobody was told of it yet." />
      </Section>
    </Stack>
  );
}
