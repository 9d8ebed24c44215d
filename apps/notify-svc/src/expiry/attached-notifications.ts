import { Injectable } from '@nestjs/common';
import { AttachmentRepository } from '../attachment/attachment.repository.js';
import { NotificationRepository, type NotificationRow } from '../notification/notification.repository.js';
import { Audience } from './audience.js';

/** A notification as one that may be due. */
export interface Noticing {
  id: number;
  intervalDays: number;
  audience: string;
  row: NotificationRow;
}

/** Notifications that expirations are told with now: active ones that say when, with a plugin that works. */
@Injectable()
export class AttachedNotifications {
  constructor(
    private readonly attachments: AttachmentRepository,
    private readonly notifications: NotificationRepository,
    private readonly audience: Audience,
  ) {}

  async of(certificateIds: readonly number[]): Promise<ReadonlyMap<number, Noticing[]>> {
    const attachments = await this.attachments.of(certificateIds);
    const rows = await this.notifications.byIds([...new Set(attachments.map(({ notificationId }) => notificationId))]);
    const noticing = new Map(rows.flatMap((row) => this.noticing(row).map((each) => [each.id, each] as const)));
    const of = new Map<number, Noticing[]>();
    for (const { certificateId, notificationId } of attachments) {
      const each = noticing.get(notificationId);
      if (each === undefined) continue;
      const known = of.get(certificateId);
      if (known === undefined) of.set(certificateId, [each]);
      else known.push(each);
    }
    return of;
  }

  private noticing(row: NotificationRow): Noticing[] {
    if (!row.active || row.interval_days === null || !this.audience.isUsable(row.plugin)) return [];
    return [{ id: row.id, intervalDays: row.interval_days, audience: this.audience.keyOf(row), row }];
  }
}
