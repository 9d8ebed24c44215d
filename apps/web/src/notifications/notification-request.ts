import type { RequestOf } from '@sifaka/api-client';
import type { NotificationView, PluginOption, updateNotificationOperation } from '@sifaka/contracts';
import { fieldOfOptioned, formOfOptioned, requestOfOptioned } from '../ui/optioned.js';
import { pluginInput, valuesOf } from '../ui/plugin-input.js';

export const fieldOf = fieldOfOptioned();

type NotificationBody = RequestOf<typeof updateNotificationOperation>['body'];

/** A notification as it is, but for what `change` says: the operation replaces. */
export function changed(notification: NotificationView, change: Pick<NotificationBody, 'active' | 'addedCertificates' | 'removedCertificates'>): NotificationBody {
  const kept = valuesOf(notification.options);
  return { ...requestOfOptioned(formOfOptioned(notification), pluginInput(notification.plugin.slug, notification.options, kept, { kept })), ...change };
}

/** When the end of certificates is told: "2 weeks before their end"; null for a notification without an interval. */
export function intervalText(options: readonly Pick<PluginOption, 'name' | 'value'>[]): string | null {
  const valueOf = (wanted: string) => options.find(({ name }) => name === wanted)?.value;
  const interval = Number(valueOf('interval') ?? Number.NaN);
  if (!Number.isInteger(interval)) return null;
  const unit = valueOf('unit');
  const units = typeof unit === 'string' ? unit : 'days';
  return `${interval} ${interval === 1 ? units.replace(/s$/, '') : units} before their end`;
}
