import { Button, Stack, Text, Title } from '@mantine/core';
import { getDeliveryOperation, retryDeliveryOperation, type DeliveryRecord } from '@sifaka/contracts';
import type { AnswerOf } from '@sifaka/api-client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useCertificateNames } from '../certificates/use-certificate-names.js';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { StateWord } from '../ui/badges.js';
import { LinkTo } from '../ui/cells.js';
import { Dialog } from '../ui/dialog.js';
import { Facts } from '../ui/facts.js';
import { History } from '../ui/history.js';
import { Icon } from '../ui/icons.js';
import { notifyDone, notifyRefused } from '../ui/notify.js';
import { Loaded } from '../ui/states.js';
import { momentText } from '../ui/time.js';
import { isRetriable, isUnderWay, stateOf, typeWords } from './delivery-state.js';
import { MessageText } from './message-text.js';

type Delivery = AnswerOf<typeof getDeliveryOperation>;

/** One message: its text, and what became of it; follows while it is under way. */
export function DeliveryDialog({ id, close }: { id: number; close: () => void }) {
  const delivery = useQuery({
    queryKey: ['delivery', id],
    queryFn: ({ signal }) => api.call(getDeliveryOperation, { params: { id }, signal }),
    refetchInterval: ({ state }) => (state.data !== undefined && isUnderWay(state.data) ? 3_000 : false),
  });
  return (
    <Dialog title={delivery.data?.subject ?? 'Delivery'} isOpen close={close} size="xl">
      <Loaded query={delivery}>{(data) => <Details delivery={data} />}</Loaded>
    </Dialog>
  );
}

const shownCertificates = 10;

function Details({ delivery }: { delivery: Delivery }) {
  const { type, notification, plugin, recipients, certificateIds, lastError, nextTryAt, state, history } = delivery;
  const shown = certificateIds.slice(0, shownCertificates);
  const names = useCertificateNames(shown);
  return (
    <Stack>
      <Facts
        facts={[
          ['State', <StateWord key="state" {...stateOf(delivery)} />],
          ['Error', lastError],
          ['Next try', state === 'pending' && nextTryAt !== null ? momentText(nextTryAt) : null],
          ['Message', typeWords[type]],
          ['Notification', notification === null ? `the platform, by ${plugin}` : <LinkTo key="notification" to={`/notifications/${notification.id}`}>{notification.label}</LinkTo>],
          ['To', recipients.join(', ')],
          [
            'Certificates',
            shown.length === 0 ? null : (
              <Stack key="certificates" gap={2}>
                {shown.map((id) => (
                  <LinkTo key={id} to={`/certificates/${id}`}>
                    {names.get(id) ?? `certificate ${id}`}
                  </LinkTo>
                ))}
                {certificateIds.length > shown.length && <Text size="sm">and {certificateIds.length - shown.length} more</Text>}
              </Stack>
            ),
          ],
        ]}
      />
      <RetryButton delivery={delivery} />
      <MessageText text={delivery.text} html={delivery.html} />
      <Title order={3} size="h5">
        History
      </Title>
      <History steps={history} wordsOf={({ state: reached }) => stateOf({ state: reached, attempts: 0 })} />
    </Stack>
  );
}

/** Tries a message now that failed or waits. */
export function RetryButton({ delivery }: { delivery: Pick<DeliveryRecord, 'id' | 'state' | 'subject'> }) {
  const { canWrite } = useMe();
  const retry = useMutation({
    mutationFn: () => api.call(retryDeliveryOperation, { params: { id: delivery.id } }),
    onSuccess: () => notifyDone('It is tried now'),
    onError: notifyRefused,
    onSettled: refreshAll,
  });
  if (!canWrite || !isRetriable(delivery)) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      w="fit-content"
      leftSection={<Icon name="refresh" size={16} />}
      loading={retry.isPending}
      onClick={() => retry.mutate()}
      aria-label={`Try now: ${delivery.subject}`}
    >
      Try now
    </Button>
  );
}
