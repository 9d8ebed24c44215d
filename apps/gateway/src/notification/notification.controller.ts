import { Controller } from '@nestjs/common';
import {
  createNotificationOperation,
  deleteNotification,
  deleteNotificationOperation,
  getNotification,
  getNotificationOperation,
  listNotificationCertificatesOperation,
  listNotifications,
  listNotificationsOperation,
  MessageType,
  previewMessage,
  previewNotificationOperation,
  testNotification,
  testNotificationOperation,
  tryNotification,
  tryNotificationOperation,
  updateNotificationOperation,
  type RequestFor,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { everything } from '../certificate/certificate-list-input.js';
import { CertificateList } from '../certificate/certificate-list.js';
import { callerOf, type HttpCall } from '../http/http-call.js';
import { windowOf } from '../http/list-window.js';
import { Serves } from '../http/serve.decorator.js';
import { inSlices } from '../listing/in-slices.js';
import { notificationView } from './notification.view.js';
import { NotifiedCertificates } from './notified-certificates.js';
import { SaveNotification } from './save-notification.js';

/** Notifications (rest-api §11), which notify-svc keeps. */
@Controller()
export class NotificationController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly saving: SaveNotification,
    private readonly notified: NotifiedCertificates,
    private readonly lists: CertificateList,
  ) {}

  @Serves(listNotificationsOperation)
  async list({ query }: RequestFor<typeof listNotificationsOperation>, call: HttpCall) {
    const { filter = null, id: ids = null, active = null } = query;
    const page = await inSlices(windowOf(query), (window) => this.rpc.call(listNotifications, { window, filter, ids, active }, { principal: callerOf(call) }));
    return { ...page, items: page.items.map(notificationView) };
  }

  @Serves(createNotificationOperation)
  async create({ body }: RequestFor<typeof createNotificationOperation>, call: HttpCall) {
    return notificationView(await this.saving.create(body, callerOf(call)));
  }

  @Serves(tryNotificationOperation)
  tryUnsaved({ body }: RequestFor<typeof tryNotificationOperation>, call: HttpCall) {
    return this.rpc.call(tryNotification, body, { principal: callerOf(call) });
  }

  @Serves(previewNotificationOperation)
  preview({ params }: RequestFor<typeof previewNotificationOperation>, call: HttpCall) {
    const type = MessageType.safeParse(params.type);
    if (!type.success) throw new AppError('not_found', `there is no message of type "${params.type}"; there are ${MessageType.options.join(', ')}`);
    return this.rpc.call(previewMessage, { type: type.data }, { principal: callerOf(call) });
  }

  @Serves(getNotificationOperation)
  async get({ params }: RequestFor<typeof getNotificationOperation>, call: HttpCall) {
    return notificationView(await this.rpc.call(getNotification, params, { principal: callerOf(call) }));
  }

  @Serves(updateNotificationOperation)
  async update({ params, body }: RequestFor<typeof updateNotificationOperation>, call: HttpCall) {
    return notificationView(await this.saving.update(params.id, body, callerOf(call)));
  }

  /** Also for one that is not there, as Lemur answers. */
  @Serves(deleteNotificationOperation)
  async delete({ params }: RequestFor<typeof deleteNotificationOperation>, call: HttpCall) {
    await this.rpc.call(deleteNotification, params, { principal: callerOf(call) });
    return { result: true as const };
  }

  /** None for a notification that is not there, as Lemur answers. */
  @Serves(listNotificationCertificatesOperation)
  async certificates({ params, query }: RequestFor<typeof listNotificationCertificatesOperation>, call: HttpCall) {
    const principal = callerOf(call);
    const { filter = null, id: ids = null } = query;
    const window = windowOf(query);
    if (window.sortBy === null && filter === null && ids === null && window.cursor === null) return this.notified.newest(params.id, window, principal);
    const input = await this.notified.narrowed(params.id, { ...everything(query), filter, ids }, principal);
    return input.ids?.length === 0 ? { items: [], total: 0, nextCursor: null } : this.lists.whole(input, principal);
  }

  @Serves(testNotificationOperation)
  test({ params }: RequestFor<typeof testNotificationOperation>, call: HttpCall) {
    return this.rpc.call(testNotification, params, { principal: callerOf(call) });
  }
}
