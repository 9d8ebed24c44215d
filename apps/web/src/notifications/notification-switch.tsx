import { updateNotificationOperation, type NotificationView } from '@sifaka/contracts';
import { api } from '../session/api.js';
import { useMe } from '../session/me.js';
import { ActiveSwitch } from '../ui/active-switch.js';
import { changed } from './notification-request.js';

/** Whether anybody is told by it. */
export function NotificationSwitch({ notification }: { notification: NotificationView }) {
  const { canWrite } = useMe();
  const save = (active: boolean) => api.call(updateNotificationOperation, { params: { id: notification.id }, body: changed(notification, { active }) });
  return <ActiveSwitch of={notification} mayChange={canWrite} save={save} />;
}
