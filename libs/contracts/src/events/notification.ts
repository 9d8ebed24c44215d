import { z } from 'zod';
import { event } from '../contract.js';
import { MessageType } from '../rpc/notification.js';
import { Id, Timestamp } from '../values.js';

/** Never an option: credentials are among them. */
const NotificationFacts = z.object({ id: Id, label: z.string(), plugin: z.string(), active: z.boolean() });

export const notificationCreated = event('sifaka.v1.notification.created', { source: 'notify', summary: 'A notification was created.', data: NotificationFacts });
export const notificationUpdated = event('sifaka.v1.notification.updated', { source: 'notify', summary: 'A notification was changed.', data: NotificationFacts });
export const notificationDeleted = event('sifaka.v1.notification.deleted', { source: 'notify', summary: 'A notification was deleted.', data: NotificationFacts });

const DeliveryFacts = z.object({ id: Id, type: MessageType, plugin: z.string(), notificationId: Id.nullable(), certificateIds: z.array(Id) });

export const notificationDelivered = event('sifaka.v1.notification.delivered', { source: 'notify', summary: 'A message was handed over.', data: DeliveryFacts });
export const notificationFailed = event('sifaka.v1.notification.failed', {
  source: 'notify',
  summary: 'A message could not be handed over; it is tried again at nextTryAt, or not any more.',
  data: DeliveryFacts.extend({ error: z.string(), attempts: z.int(), nextTryAt: Timestamp.nullable() }),
});

export const notificationEvents = [notificationCreated, notificationUpdated, notificationDeleted, notificationDelivered, notificationFailed] as const;
