import { Injectable } from '@nestjs/common';
import { findNotifications, listNotifications, type NotificationView, type SystemPrincipal } from '@sifaka/contracts';
import { RpcClient } from '@sifaka/messaging';
import { Lookup } from '../composition/lookup.js';
import { inParts } from '../listing/in-parts.js';
import { inSlices } from '../listing/in-slices.js';
import { whileAway } from '../listing/while-away.js';
import { nestedNotification } from './notification.view.js';

type ByCertificate = ReadonlyMap<number, readonly NotificationView[]>;

/** What certificates are told of by: one question for all who look at the same moment, and nothing while notify-svc is away. */
@Injectable()
export class Notifications {
  private readonly certificates = new Lookup((ids: number[]) => this.readCertificates(ids));
  private readonly notifications = new Lookup((ids: number[]) => this.readById(ids));

  constructor(private readonly rpc: RpcClient) {}

  of(certificateIds: readonly number[]): Promise<ByCertificate> {
    return whileAway(this.certificates.find(certificateIds), new Map());
  }

  /** Notifications by their own ids. */
  byId(ids: readonly number[]): Promise<ReadonlyMap<number, NotificationView>> {
    return whileAway(this.notifications.find(ids), new Map());
  }

  private async readCertificates(ids: number[]): Promise<ByCertificate> {
    const links = await inParts(ids, partLength, async (certificateIds) => {
      const { notifications, attachments } = await this.rpc.call(findNotifications, { certificateIds }, { principal: self });
      const views = new Map(notifications.map((record) => [record.id, nestedNotification(record)]));
      return attachments.flatMap(({ certificateId, notificationId }) => [views.get(notificationId)].flatMap((view) => (view === undefined ? [] : [{ certificateId, view }])));
    });
    const groups = new Map<number, NotificationView[]>();
    for (const { certificateId, view } of links) {
      const group = groups.get(certificateId);
      if (group === undefined) groups.set(certificateId, [view]);
      else group.push(view);
    }
    return groups;
  }

  private async readById(ids: number[]): Promise<ReadonlyMap<number, NotificationView>> {
    const found = await inParts(ids, partLength, async (part) => {
      const all = { offset: 0, limit: part.length, sortBy: null, sortDir: null, cursor: null };
      return (await inSlices(all, (window) => this.rpc.call(listNotifications, { window, filter: null, active: null, ids: part }, { principal: self }))).items;
    });
    return new Map(found.map((record) => [record.id, nestedNotification(record)]));
  }
}

const self: SystemPrincipal = { kind: 'system', service: 'gateway' };

/** Certificates in one question: each has some notifications, few of them its own, and the answer has to fit into a message. */
const partLength = 100;
