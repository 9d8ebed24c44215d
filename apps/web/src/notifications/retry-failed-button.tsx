import { Button } from '@mantine/core';
import { retryFailedDeliveriesOperation, retryNotificationDeliveriesOperation } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { Icon } from '../ui/icons.js';
import { notifyDone, notifyRefused } from '../ui/notify.js';
import { retriedText } from './delivery-state.js';

/** Tries again what was given up of one notification, or (null, for administrators) of all of them and of the platform. */
export function RetryFailedButton({ notificationId }: { notificationId: number | null }) {
  const { isAdmin, canWrite } = useMe();
  const retry = useMutation({
    mutationFn: () =>
      notificationId === null ? api.call(retryFailedDeliveriesOperation, {}) : api.call(retryNotificationDeliveriesOperation, { params: { id: notificationId } }),
    onSuccess: ({ retriedIds }) => notifyDone(retriedText(retriedIds.length)),
    onError: notifyRefused,
    onSettled: refreshAll,
  });
  if (notificationId === null ? !isAdmin : !canWrite) return null;
  return (
    <Button size={notificationId === null ? 'sm' : 'xs'} variant="default" leftSection={<Icon name="refresh" />} loading={retry.isPending} onClick={() => retry.mutate()}>
      Try all failed ones now
    </Button>
  );
}
