import { z } from 'zod';
import { DeliveryRecord, deliveryStates, getDelivery, messageTypes, notificationLabelLength, NotificationTestReport, previewMessage, retryFailedDeliveries } from '../rpc/notification.js';
import { PluginInput } from '../rpc/plugin.js';
import { bool, flag, idParam, int, refs, text, title } from './field.js';
import { listOf, listQuery } from './list.js';
import { operation } from './operation.js';
import { Acknowledged, CertificateView, NestedNotification } from './view.js';

const tag = 'notifications';
const byId = z.object({ id: idParam() });

/** A notification; `plugin.pluginOptions` is its own options once more, as Lemur's clients read them. Secrets are never in it. */
export const NotificationView = NestedNotification;
export type NotificationView = z.output<typeof NotificationView>;

const settings = {
  label: title(notificationLabelLength),
  description: text(1_024),
  plugin: PluginInput,
};

/** `active` starts true, whatever is said. */
export const NotificationCreateInput = z.object({ ...settings, active: bool().optional(), certificates: refs().default([]) });

/** Left out, `active` stays what it is; `certificates` is accepted and means nothing, as in Lemur. */
export const NotificationEditInput = z.object({ ...settings, active: bool().optional(), addedCertificates: refs().default([]), removedCertificates: refs().default([]), certificates: z.json().optional() });

const DeliveryFilters = z.object({
  ...listQuery,
  state: z.enum(deliveryStates, { error: `must be one of ${deliveryStates.join(', ')}` }).optional(),
  type: z.enum(messageTypes, { error: `must be one of ${messageTypes.join(', ')}` }).optional(),
  certificateId: int({ min: 1 }).optional(),
});

export const listNotificationsOperation = operation('listNotifications', 'GET', '/notifications', {
  tag,
  summary: 'Who is told before certificates end, and how',
  access: 'authenticated',
  query: z.object({ ...listQuery, active: flag().optional() }),
  response: listOf(NotificationView),
});
export const createNotificationOperation = operation('createNotification', 'POST', '/notifications', {
  tag,
  summary: 'Add a notification',
  access: 'writer',
  body: NotificationCreateInput,
  response: NotificationView,
  errors: [409],
  takesIdempotencyKey: true,
});
export const getNotificationOperation = operation('getNotification', 'GET', '/notifications/{id}', { tag, summary: 'One notification', access: 'authenticated', params: byId, response: NotificationView, errors: [404] });
export const updateNotificationOperation = operation('updateNotification', 'PUT', '/notifications/{id}', {
  tag,
  summary: 'Replace a notification; a secret that is null stays what it is',
  access: 'writer',
  params: byId,
  body: NotificationEditInput,
  response: NotificationView,
  errors: [404, 409],
});
export const deleteNotificationOperation = operation('deleteNotification', 'DELETE', '/notifications/{id}', {
  tag,
  summary: 'Delete a notification; what it still had to deliver is dropped',
  access: 'writer',
  guardsFirst: true,
  params: byId,
  response: Acknowledged,
});
export const listNotificationCertificatesOperation = operation('listNotificationCertificates', 'GET', '/notifications/{id}/certificates', {
  tag,
  summary: 'Certificates that a notification hangs on',
  access: 'authenticated',
  params: byId,
  query: z.object(listQuery),
  response: listOf(CertificateView),
  errors: [404],
});
export const listNotificationDeliveriesOperation = operation('listNotificationDeliveries', 'GET', '/notifications/{id}/deliveries', {
  tag,
  summary: 'Messages of a notification, newest first: state, tries, error',
  access: 'authenticated',
  params: byId,
  query: DeliveryFilters,
  response: listOf(DeliveryRecord),
  errors: [404],
});
export const testNotificationOperation = operation('testNotification', 'POST', '/notifications/{id}/test', { tag, summary: 'Send a test message', access: 'writer', params: byId, response: NotificationTestReport, errors: [404] });
export const tryNotificationOperation = operation('tryNotification', 'POST', '/notifications/test', {
  tag,
  summary: 'The same test for a notification that is not saved yet',
  access: 'writer',
  body: z.object({ plugin: PluginInput }),
  response: NotificationTestReport,
});
export const previewNotificationOperation = operation('previewNotification', 'GET', '/notifications/preview/{type}', {
  tag,
  summary: 'A message of this type as it would be sent, with made-up certificates',
  access: 'authenticated',
  params: z.object({ type: z.string().max(64) }),
  response: previewMessage.output,
  errors: [404],
});

export const listDeliveriesOperation = operation('listDeliveries', 'GET', '/deliveries', {
  tag,
  summary: 'Every message of the platform, newest first',
  access: 'authenticated',
  query: DeliveryFilters,
  response: listOf(DeliveryRecord),
});
export const getDeliveryOperation = operation('getDelivery', 'GET', '/deliveries/{id}', {
  tag,
  summary: 'One message with its text and history',
  access: 'authenticated',
  params: byId,
  response: getDelivery.output,
  errors: [404],
});
export const retryDeliveryOperation = operation('retryDelivery', 'POST', '/deliveries/{id}/retry', {
  tag,
  summary: 'Try a failed or waiting message now',
  access: 'writer',
  params: byId,
  response: DeliveryRecord,
  errors: [404, 412],
});

export const retryFailedDeliveriesOperation = operation('retryFailedDeliveries', 'POST', '/deliveries/retry', {
  tag,
  summary: 'Try now what was given up, of all notifications and of the platform itself, a thousand messages at a time',
  access: 'admin',
  response: retryFailedDeliveries.output,
});
export const retryNotificationDeliveriesOperation = operation('retryNotificationDeliveries', 'POST', '/notifications/{id}/deliveries/retry', {
  tag,
  summary: 'Try now what was given up of a notification, a thousand messages at a time',
  access: 'writer',
  params: byId,
  response: retryFailedDeliveries.output,
  errors: [404],
});

export const notificationOperations = [
  listNotificationsOperation,
  createNotificationOperation,
  tryNotificationOperation,
  previewNotificationOperation,
  getNotificationOperation,
  updateNotificationOperation,
  deleteNotificationOperation,
  listNotificationCertificatesOperation,
  listNotificationDeliveriesOperation,
  testNotificationOperation,
  listDeliveriesOperation,
  getDeliveryOperation,
  retryDeliveryOperation,
  retryFailedDeliveriesOperation,
  retryNotificationDeliveriesOperation,
] as const;
