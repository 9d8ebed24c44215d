import type { DeliveryRecord } from '@sifaka/contracts';
import { timestamp } from '@sifaka/kernel';
import type { DeliveryRow } from './delivery.js';
import type { TargetPause } from './delivery-turns.repository.js';

/** @param pause of the place where it goes */
export function deliveryView(row: DeliveryRow, pause?: TargetPause): DeliveryRecord {
  const waits = row.state === 'pending' && pause !== undefined && row.next_try_at !== null && row.next_try_at < pause.until ? pause : null;
  const nextTryAt = waits?.until ?? row.next_try_at;
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
    lastError: row.last_error ?? waits?.error ?? null,
    nextTryAt: nextTryAt === null ? null : timestamp(nextTryAt),
    createdAt: timestamp(row.created_at),
    deliveredAt: row.delivered_at === null ? null : timestamp(row.delivered_at),
  };
}
