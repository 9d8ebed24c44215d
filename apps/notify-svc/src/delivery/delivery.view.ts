import type { DeliveryRecord } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import type { DeliveryRow } from './delivery.js';

export function deliveryView(row: DeliveryRow): DeliveryRecord {
  return {
    id: row.id,
    notification: row.notification_id === null ? null : { id: row.notification_id, label: row.notification_label ?? '' },
    plugin: row.plugin,
    type: row.type,
    subject: row.subject,
    recipients: row.recipients,
    certificateIds: row.certificate_ids,
    state: row.state,
    attempts: row.attempts,
    lastError: row.last_error,
    nextTryAt: row.next_try_at === null ? null : timestamp(row.next_try_at),
    createdAt: timestamp(row.created_at),
    deliveredAt: row.delivered_at === null ? null : timestamp(row.delivered_at),
  };
}
