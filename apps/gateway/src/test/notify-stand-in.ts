import { Controller, Module } from '@nestjs/common';
import { allow } from '@sifaka/authz';
import { defineConfig } from '@sifaka/config';
import {
  attachNotifications,
  createNotification,
  deleteNotification,
  findNotifications,
  getDelivery,
  getNotification,
  listDeliveries,
  listNotifications,
  listNotifiedCertificates,
  previewMessage,
  resolveNotifications,
  retryDelivery,
  retryFailedDeliveries,
  setNotifications,
  testNotification,
  tryNotification,
  updateNotification,
  type DeliveryRecord,
  type InputOf,
  type NotificationRecord,
  type OutputOf,
} from '@sifaka/contracts';
import { platformTables } from '@sifaka/database';
import { AppError } from '@sifaka/kernel';
import { Handles, type CallContext } from '@sifaka/messaging';
import { defineService } from '@sifaka/runtime';
import { aNotificationRecord, at } from './records.js';

/** What notify-svc was asked, and what it keeps. */
export const notifyWorld = {
  notifications: new Map<number, NotificationRecord>(),
  attachments: new Array<{ certificateId: number; notificationId: number }>(),
  inputs: new Array<unknown>(),
  /** Fails attaching and setting, as a service that was stopped meanwhile. */
  isAwayForWrites: false,
};

/** What a certificate gets that names none. */
const defaultId = 90;

export const aDeliveryRecord = (own: Partial<DeliveryRecord> = {}): DeliveryRecord => ({
  ...{ id: 1, notification: { id: 1, label: 'n' }, plugin: 'email-notification', type: 'expiration', subject: 'Ends soon', recipients: ['a@corp.test'], certificateIds: [7] },
  ...{ state: 'failed', attempts: 3, lastError: 'no', nextTryAt: null, createdAt: at, deliveredAt: null },
  ...own,
});

const gated = ({ principal }: CallContext) => allow(principal, 'notification:write', null);
const refuseWhileAway = () => {
  if (notifyWorld.isAwayForWrites) throw new AppError('unavailable', 'notify-svc is away');
};

let last = 0;

@Controller()
class NotificationStandIn {
  @Handles(createNotification)
  create(input: InputOf<typeof createNotification>, call: CallContext) {
    gated(call);
    notifyWorld.inputs.push({ create: input });
    const { label, description, active, plugin } = input;
    const record = aNotificationRecord({ id: (last += 1), label, description, active, plugin: { slug: plugin.slug, title: 'Email', description: 'Mail' } });
    notifyWorld.notifications.set(record.id, record);
    return record;
  }

  @Handles(updateNotification)
  update(input: InputOf<typeof updateNotification>, call: CallContext) {
    gated(call);
    notifyWorld.inputs.push({ update: input });
    return this.get(input);
  }

  @Handles(deleteNotification)
  delete({ id }: InputOf<typeof deleteNotification>, call: CallContext) {
    gated(call);
    return { isDeleted: notifyWorld.notifications.delete(id) };
  }

  @Handles(listNotifications)
  list(input: InputOf<typeof listNotifications>) {
    notifyWorld.inputs.push({ list: input });
    const items = [...notifyWorld.notifications.values()].filter(({ id }) => input.ids?.includes(id) ?? true);
    return { items, total: items.length, nextCursor: null };
  }

  @Handles(getNotification)
  get({ id }: { id: number }) {
    const record = notifyWorld.notifications.get(id);
    if (record === undefined) throw new AppError('not_found', `notification ${id} does not exist`);
    return record;
  }

  @Handles(testNotification)
  test({ id }: InputOf<typeof testNotification>, call: CallContext) {
    gated(call);
    this.get({ id });
    return { isWorking: true, detail: 'fine', durationMs: 1 };
  }

  @Handles(tryNotification)
  tryUnsaved(input: InputOf<typeof tryNotification>, call: CallContext) {
    gated(call);
    notifyWorld.inputs.push({ try: input });
    return { isWorking: false, detail: 'no', durationMs: 1 };
  }

  @Handles(previewMessage)
  preview({ type }: InputOf<typeof previewMessage>) {
    return { type, subject: 's', text: 't', html: '<p>t</p>' };
  }

  @Handles(listDeliveries)
  deliveries(input: InputOf<typeof listDeliveries>) {
    notifyWorld.inputs.push({ deliveries: input });
    return { items: [aDeliveryRecord()], total: 1, nextCursor: null };
  }

  @Handles(getDelivery)
  delivery({ id }: InputOf<typeof getDelivery>) {
    if (id !== 1) throw new AppError('not_found', `delivery ${id} does not exist`);
    return { ...aDeliveryRecord(), text: 't', html: null, history: [{ at, state: 'failed' as const, detail: 'no' }] };
  }

  @Handles(retryFailedDeliveries)
  retryFailed({ notificationId }: InputOf<typeof retryFailedDeliveries>): Promise<OutputOf<typeof retryFailedDeliveries>> {
    return Promise.resolve({ retriedIds: notificationId === null ? [1, 2] : [notificationId] });
  }

  @Handles(retryDelivery)
  retry({ id }: InputOf<typeof retryDelivery>, call: CallContext) {
    gated(call);
    if (id === 2) throw new AppError('failed_precondition', 'delivery 2 is delivered', { reason: 'delivery.not_retryable' });
    return aDeliveryRecord({ id, state: 'pending' });
  }
}

@Controller()
class AttachmentStandIn {
  @Handles(resolveNotifications)
  resolve({ refs, owner }: InputOf<typeof resolveNotifications>) {
    const all = [...notifyWorld.notifications.values()];
    const found = refs.map(({ id, name }, index) => {
      const record = all.find((each) => (id === undefined ? each.label === name : each.id === id));
      if (record !== undefined) return record;
      const message = `notification ${id ?? JSON.stringify(name)} does not exist`;
      throw new AppError('invalid_argument', message, { reason: 'reference.unknown', fields: [{ path: `notifications.${index}`, message }] });
    });
    return { notifications: owner === null ? found : [...found, this.default()] };
  }

  @Handles(attachNotifications)
  attach(input: InputOf<typeof attachNotifications>) {
    refuseWhileAway();
    notifyWorld.inputs.push({ attach: input });
    return this.put(input.certificateId, input.notificationIds);
  }

  @Handles(setNotifications)
  set(input: InputOf<typeof setNotifications>) {
    refuseWhileAway();
    notifyWorld.inputs.push({ set: input });
    notifyWorld.attachments = notifyWorld.attachments.filter(({ certificateId }) => certificateId !== input.certificateId);
    return this.put(input.certificateId, input.notificationIds);
  }

  @Handles(findNotifications)
  find({ certificateIds }: InputOf<typeof findNotifications>) {
    notifyWorld.inputs.push({ of: certificateIds });
    const attachments = notifyWorld.attachments.filter(({ certificateId }) => certificateIds.includes(certificateId));
    return { notifications: [...notifyWorld.notifications.values()].filter(({ id }) => attachments.some(({ notificationId }) => notificationId === id)), attachments };
  }

  @Handles(listNotifiedCertificates)
  certificates({ notificationId, offset, limit }: InputOf<typeof listNotifiedCertificates>) {
    const ids = notifyWorld.attachments.flatMap((each) => (each.notificationId === notificationId ? [each.certificateId] : [])).sort((a, b) => b - a);
    return { certificateIds: ids.slice(offset, offset + limit), total: ids.length };
  }

  private put(certificateId: number, notificationIds: readonly number[]) {
    const ids = notificationIds.length === 0 ? [this.default().id] : notificationIds;
    notifyWorld.attachments.push(...ids.map((notificationId) => ({ certificateId, notificationId })));
    return this.find({ certificateIds: [certificateId] });
  }

  private default(): NotificationRecord {
    const record = aNotificationRecord({ id: defaultId, label: 'DEFAULT_SHOP_30_DAY' });
    notifyWorld.notifications.set(defaultId, record);
    return record;
  }
}

@Module({ controllers: [NotificationStandIn, AttachmentStandIn] })
class NotifyStandInModule {}

/** notify-svc as far as the gateway asks it. */
export const notifyStandIn = defineService({ name: 'notify', config: defineConfig('notify', {}), migrations: platformTables('notify'), module: () => NotifyStandInModule });
