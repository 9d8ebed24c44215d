import type { RequestOf } from '@sifaka/api-client';
import type { NotificationView, PluginOption, updateNotificationOperation } from '@sifaka/contracts';
import { emptyOptioned, fieldOfOptioned, type OptionedForm } from '../ui/optioned.js';
import { pluginInput, valuesOf } from '../ui/plugin-input.js';

export const emptyNotification: OptionedForm = emptyOptioned;

export const fieldOf = fieldOfOptioned();

type NotificationBody = RequestOf<typeof updateNotificationOperation>['body'];

export const requestOf = ({ label, description }: OptionedForm, plugin: NotificationBody['plugin']) => ({ label: label.trim(), description, plugin });

export const formOf = ({ label, description, plugin }: NotificationView): OptionedForm => ({ label, description: description ?? '', slug: plugin.slug });

/** A notification as it is, but for what `change` says: the operation replaces. */
export function changed(notification: NotificationView, change: Pick<NotificationBody, 'active' | 'addedCertificates' | 'removedCertificates'>): NotificationBody {
  const kept = valuesOf(notification.options);
  return { ...requestOf(formOf(notification), pluginInput(notification.plugin.slug, notification.options, kept, { kept })), ...change };
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

export const words = {
  description: 'Which team, which channel, and why they are told',
  plugin: 'How they are told',
};
