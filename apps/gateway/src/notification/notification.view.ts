import type { NotificationRecord, NotificationView } from '@sifaka/contracts';
import { optionedView } from '../composition/optioned.view.js';

/** With its own options in two places, as Lemur's clients read them. */
export const notificationView = (record: NotificationRecord): NotificationView => ({ ...optionedView(record), active: record.active });

/** As certificates show it: there the plugin has its definitions (rest-api §11). */
export function nestedNotification(record: NotificationRecord): NotificationView {
  const view = notificationView(record);
  const definitions = view.plugin.pluginOptions.map(({ value: _value, ...definition }) => definition);
  return { ...view, plugin: { ...view.plugin, pluginOptions: definitions } };
}
