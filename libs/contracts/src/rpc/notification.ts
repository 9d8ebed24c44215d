import { limits } from '@sifaka/kernel';
import { z } from 'zod';
import { command, query } from '../contract.js';
import { Id, Ref, Timestamp } from '../values.js';
import { Window } from './list.js';
import { PluginInput, PluginOption, PluginView } from './plugin.js';

/** Characters of a label, as in Lemur. */
export const notificationLabelLength = 128;

/** What is told to people and programs (domain-rules §17; plugins §6.0). */
export const messageTypes = [
  'expiration',
  'expiration_summary',
  'authority_expiration',
  'rotation',
  'reissued_with_no_endpoints',
  'reissue_failed',
  'renewal_late',
  'revocation',
  'failed',
  'deployment_failed',
  'expiring_deployed_certificate',
  'test',
] as const;
export const MessageType = z.enum(messageTypes);
export type MessageType = z.output<typeof MessageType>;

/** How, when and to whom the end of certificates is told. Secret options are always null here. */
export const NotificationRecord = z.object({
  id: Id,
  label: z.string(),
  description: z.string(),
  active: z.boolean(),
  options: z.array(PluginOption),
  plugin: PluginView.omit({ pluginOptions: true }),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type NotificationRecord = z.output<typeof NotificationRecord>;

const settings = { label: z.string().min(1).max(notificationLabelLength), description: z.string().max(1_024), plugin: PluginInput };
const setupCodes = ['permission_denied', 'failed_precondition', 'already_exists', 'upstream_failed', 'upstream_timeout', 'rate_limited'] as const;

export const createNotification = command('rpc.notify.notification.create', {
  input: z.object({ ...settings, active: z.boolean(), certificateIds: z.array(Id).max(1_000) }),
  output: NotificationRecord,
  callers: ['gateway'],
  codes: setupCodes,
});

/** Replaces everything but its certificates, to which it adds and from which it takes; a secret option whose value is null stays what it is. */
export const updateNotification = command('rpc.notify.notification.update', {
  input: z.object({
    id: Id,
    ...settings,
    /** Null leaves it. */
    active: z.boolean().nullable(),
    addedCertificateIds: z.array(Id).max(1_000),
    removedCertificateIds: z.array(Id).max(1_000),
  }),
  output: NotificationRecord,
  callers: ['gateway'],
  codes: [...setupCodes, 'not_found', 'conflict'],
  idempotent: true,
});

export const deleteNotification = command('rpc.notify.notification.delete', {
  input: z.object({ id: Id }),
  output: z.object({ isDeleted: z.boolean() }),
  callers: ['gateway'],
  codes: ['permission_denied'],
  idempotent: true,
});

export const listNotifications = query('rpc.notify.notification.list', {
  input: z.object({ window: Window, filter: z.string().max(1_024).nullable(), active: z.boolean().nullable(), ids: z.array(Id).max(1_000).nullable() }),
  output: z.object({ items: z.array(NotificationRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
  codes: ['invalid_argument'],
});

export const getNotification = query('rpc.notify.notification.get', { input: z.object({ id: Id }), output: NotificationRecord, callers: ['gateway'], codes: ['not_found'] });

/**
 * The notifications that references (ids or labels) mean; with an owner, his default ones besides, unless one of them is among these. Refuses with
 * fields `notifications.<index>` what does not exist.
 */
export const resolveNotifications = query('rpc.notify.notification.resolve', {
  input: z.object({ refs: z.array(Ref).max(200), owner: z.string().max(128).nullable().default(null) }),
  output: z.object({ notifications: z.array(NotificationRecord) }),
  callers: ['gateway'],
});

/**
 * Hangs notifications on a new certificate; none given: those of its owner and of the security team (domain-rules NO-1 to NO-5). Events of new
 * certificates do the same, so it bears repetition.
 */
export const attachNotifications = command('rpc.notify.notification.attach', {
  input: z.object({ certificateId: Id, owner: z.string().max(128), notificationIds: z.array(Id).max(200) }),
  output: z.object({ notifications: z.array(NotificationRecord) }),
  callers: ['gateway'],
  idempotent: true,
});

/** Makes these, and those of the owner (NO-5), the notifications of a certificate. `formerOwner`: whose default notifications go with the change. */
export const setNotifications = command('rpc.notify.notification.set', {
  input: z.object({ certificateId: Id, owner: z.string().max(128), formerOwner: z.string().max(128).nullable().default(null), notificationIds: z.array(Id).max(200) }),
  output: z.object({ notifications: z.array(NotificationRecord) }),
  callers: ['gateway'],
  idempotent: true,
});

/** Notifications of certificates, for views. */
export const findNotifications = query('rpc.notify.notification.find', {
  input: z.object({ certificateIds: z.array(Id).min(1).max(limits.listCount) }),
  output: z.object({ notifications: z.array(NotificationRecord), attachments: z.array(z.object({ certificateId: Id, notificationId: Id })) }),
  callers: ['gateway'],
});

/** Certificates that a notification hangs on, newest first. */
export const listNotifiedCertificates = query('rpc.notify.notification.certificates', {
  input: z.object({ notificationId: Id, offset: z.int().min(0), limit: z.int().min(0).max(limits.listCount) }),
  output: z.object({ certificateIds: z.array(Id), total: z.int() }),
  callers: ['gateway'],
  codes: ['not_found'],
});

export const deliveryStates = ['pending', 'sending', 'delivered', 'failed', 'dropped'] as const;
export const DeliveryState = z.enum(deliveryStates);
export type DeliveryState = z.output<typeof DeliveryState>;

/** One message on its way. `dropped`: nobody to send it to, or its notification was switched off or deleted meanwhile. */
export const DeliveryRecord = z.object({
  id: Id,
  /** Null: a default message of the platform. */
  notification: z.object({ id: Id, label: z.string() }).nullable(),
  plugin: z.string(),
  type: MessageType,
  subject: z.string(),
  recipients: z.array(z.string()),
  certificateIds: z.array(Id),
  state: DeliveryState,
  attempts: z.int(),
  /** In plain words, without secrets. */
  lastError: z.string().nullable(),
  nextTryAt: Timestamp.nullable(),
  createdAt: Timestamp,
  deliveredAt: Timestamp.nullable(),
});
export type DeliveryRecord = z.output<typeof DeliveryRecord>;

export const listDeliveries = query('rpc.notify.delivery.list', {
  input: z.object({ window: Window, notificationId: Id.nullable(), certificateId: Id.nullable(), state: DeliveryState.nullable(), type: MessageType.nullable() }),
  output: z.object({ items: z.array(DeliveryRecord), total: z.int(), nextCursor: z.string().nullable() }),
  callers: ['gateway'],
});

export const getDelivery = query('rpc.notify.delivery.get', {
  input: z.object({ id: Id }),
  output: DeliveryRecord.extend({ text: z.string(), html: z.string().nullable(), history: z.array(z.object({ at: Timestamp, state: DeliveryState, detail: z.string().nullable() })) }),
  callers: ['gateway'],
  codes: ['not_found'],
});

/** Tries a failed or waiting one now. */
export const retryDelivery = command('rpc.notify.delivery.retry', { input: z.object({ id: Id }), output: DeliveryRecord, callers: ['gateway'], codes: ['permission_denied', 'not_found', 'failed_precondition'], idempotent: true });

/**
 * Tries everything now that was given up of a notification, a thousand of the oldest at a time; what waits there is due as well.
 *
 * Null: of all notifications and of the platform itself, for administrators.
 */
export const retryFailedDeliveries = command('rpc.notify.delivery.retry_failed', {
  input: z.object({ notificationId: Id.nullable() }),
  output: z.object({ retriedIds: z.array(Id) }),
  callers: ['gateway'],
  codes: ['permission_denied'],
  idempotent: true,
});

export const NotificationTestReport = z.object({ isWorking: z.boolean(), detail: z.string(), durationMs: z.int() });
export type NotificationTestReport = z.output<typeof NotificationTestReport>;

/** Sends a message of type `test` at once. */
export const testNotification = command('rpc.notify.notification.test', { input: z.object({ id: Id }), output: NotificationTestReport, callers: ['gateway'], codes: ['permission_denied', 'not_found'], timeoutMs: 28_000 });
export const tryNotification = command('rpc.notify.notification.try', { input: z.object({ plugin: PluginInput }), output: NotificationTestReport, callers: ['gateway'], codes: ['permission_denied'], timeoutMs: 28_000 });

/** A message as it would be sent, with made-up certificates. */
export const previewMessage = query('rpc.notify.template.preview', {
  input: z.object({ type: MessageType }),
  output: z.object({ type: MessageType, subject: z.string(), text: z.string(), html: z.string() }),
  callers: ['gateway'],
  codes: ['not_found', 'failed_precondition'],
});

export const notificationContracts = [
  createNotification,
  updateNotification,
  deleteNotification,
  listNotifications,
  getNotification,
  resolveNotifications,
  attachNotifications,
  setNotifications,
  findNotifications,
  listNotifiedCertificates,
  listDeliveries,
  getDelivery,
  retryDelivery,
  retryFailedDeliveries,
  testNotification,
  tryNotification,
  previewMessage,
] as const;
