import { Switch } from '@mantine/core';
import { updateNotificationOperation, type NotificationView } from '@sifaka/contracts';
import { useMutation } from '@tanstack/react-query';
import { api, refreshAll } from '../session/api.js';
import { useMe } from '../session/me.js';
import { ActiveBadge } from '../ui/badges.js';
import { notifyRefused } from '../ui/notify.js';
import { changed } from './notification-request.js';

/** Whether anybody is told by it. */
export function ActiveSwitch({ notification }: { notification: NotificationView }) {
  const { id, label, active } = notification;
  const { canWrite } = useMe();
  const change = useMutation({
    mutationFn: (wanted: boolean) => api.call(updateNotificationOperation, { params: { id }, body: changed(notification, { active: wanted }) }),
    onSettled: refreshAll,
    onError: notifyRefused,
  });
  if (!canWrite) return <ActiveBadge active={active} />;
  return <Switch checked={active} disabled={change.isPending} onChange={(event) => change.mutate(event.currentTarget.checked)} aria-label={`${label} is active`} />;
}
