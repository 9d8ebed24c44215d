import { Injectable } from '@nestjs/common';
import type { findNotifications, InputOf, listNotifications, listNotifiedCertificates, NotificationRecord, OutputOf, Ref, resolveNotifications } from '@sifaka/contracts';
import { AppError, type FieldError } from '@sifaka/kernel';
import { HostedPlugins } from '@sifaka/plugin-host';
import { AttachmentRepository } from '../attachment/attachment.repository.js';
import { NotificationRepository, type NotificationRow } from './notification.repository.js';
import { notificationView } from './notification.view.js';
import { noSuchNotification } from './no-such-notification.js';

@Injectable()
export class ReadNotifications {
  constructor(
    private readonly notifications: NotificationRepository,
    private readonly attachments: AttachmentRepository,
    private readonly hosted: HostedPlugins,
  ) {}

  async list(input: InputOf<typeof listNotifications>): Promise<OutputOf<typeof listNotifications>> {
    const { rows, total, nextCursor } = await this.notifications.list(input);
    return { items: rows.map((row) => this.view(row)), total, nextCursor };
  }

  async get(id: number): Promise<NotificationRecord> {
    const row = await this.notifications.byId(id);
    if (row === undefined) throw noSuchNotification(id);
    return this.view(row);
  }

  /** In the order of the references, each once. @throws AppError `invalid_argument`, fields `notifications.<index>` */
  async resolve(refs: readonly Ref[]): Promise<OutputOf<typeof resolveNotifications>> {
    if (refs.length === 0) return { notifications: [] };
    const rows = await this.notifications.meant(
      refs.flatMap(({ id }) => id ?? []),
      refs.flatMap(({ id, name }) => (id === undefined && name !== undefined ? [name] : [])),
    );
    const found = refs.map(({ id, name }) => rows.find((row) => (id === undefined ? row.label === name : row.id === id)));
    const fields: FieldError[] = found.flatMap((row, index) => (row === undefined ? [{ path: `notifications.${index}`, message: `notification ${refs[index]?.id ?? JSON.stringify(refs[index]?.name ?? '')} does not exist` }] : []));
    if (fields[0] !== undefined) throw new AppError('invalid_argument', fields[0].message, { reason: 'reference.unknown', fields });
    const each = new Map(found.flatMap((row) => (row === undefined ? [] : [[row.id, row] as const])));
    return { notifications: [...each.values()].map((row) => this.view(row)) };
  }

  async byIds(ids: readonly number[]): Promise<NotificationRecord[]> {
    return (await this.notifications.byIds(ids)).map((row) => this.view(row));
  }

  async find({ certificateIds }: InputOf<typeof findNotifications>): Promise<OutputOf<typeof findNotifications>> {
    const attachments = await this.attachments.of(certificateIds);
    const rows = await this.notifications.byIds([...new Set(attachments.map(({ notificationId }) => notificationId))]);
    return { notifications: rows.map((row) => this.view(row)), attachments };
  }

  /** None for a notification that does not exist, as in Lemur. */
  certificates({ notificationId, offset, limit }: InputOf<typeof listNotifiedCertificates>): Promise<OutputOf<typeof listNotifiedCertificates>> {
    return this.attachments.certificates(notificationId, offset, limit);
  }

  view(row: NotificationRow): NotificationRecord {
    return notificationView(row, this.hosted);
  }
}
