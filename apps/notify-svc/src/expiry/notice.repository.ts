import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';

/** A certificate that is told of, or passed over, at one interval of one notification. */
export interface Notice {
  certificateId: number;
  notificationId: number;
  intervalDays: number;
  notAfter: Date;
}

/** What one notification is about to tell, and whom. */
export interface Telling {
  certificateIds: readonly number[];
  notificationId: number;
  intervalDays: number;
  plugin: string;
  recipients: readonly string[];
}

export interface AuthorityNotice {
  certificateId: number;
  intervalDays: number;
  notAfter: Date;
}

/** Remembers what was told. Whoever notes it first tells it. */
@Injectable()
export class NoticeRepository {
  constructor(private readonly database: Database) {}

  /** Keys of what was told of certificates: see `noticeKey`. */
  async told(certificateIds: readonly number[]): Promise<ReadonlySet<string>> {
    const text = 'select certificate_id as "certificateId", notification_id as "notificationId", interval_days as "intervalDays" from notice where certificate_id = any($1::int[])';
    const rows = await this.database.query<Omit<Notice, 'notAfter'>>({ name: 'notice-told', text, values: [certificateIds] });
    return new Set(rows.map(noticeKey));
  }

  /** @returns ids of the certificates that nobody else noted; waits for others who are about to */
  async claim(tx: Sql, notices: readonly Notice[], at: Date): Promise<number[]> {
    if (notices.length === 0) return [];
    // A notification that was deleted meanwhile tells nothing.
    const text = `
      insert into notice (certificate_id, notification_id, interval_days, not_after, noticed_at)
      select c.certificate_id, n.id, c.interval_days, c.not_after, $5
      from unnest($1::int[], $2::int[], $3::int[], $4::timestamptz[]) as c (certificate_id, notification_id, interval_days, not_after) join notification n on n.id = c.notification_id
      order by c.certificate_id, n.id, c.interval_days
      on conflict do nothing returning certificate_id as id`;
    const of = <T>(pick: (notice: Notice) => T): T[] => notices.map(pick);
    const values = [of((each) => each.certificateId), of((each) => each.notificationId), of((each) => each.intervalDays), of((each) => each.notAfter), at];
    return (await tx.query<{ id: number }>({ name: 'notice-claim', text, values })).map(({ id }) => id);
  }

  async tellWith(tx: Sql, notificationId: number, intervalDays: number, certificateIds: readonly number[], deliveryId: number): Promise<void> {
    const text = 'update notice set delivery_id = $4 where notification_id = $1 and interval_days = $2 and certificate_id = any($3::int[])';
    await tx.query(text, [notificationId, intervalDays, certificateIds, deliveryId]);
  }

  /** Certificates of which another notification told all these people at the same interval, in the same way, and with which message. */
  async toldElsewhere(tx: Sql, { certificateIds, notificationId, intervalDays, plugin, recipients }: Telling): Promise<{ certificateId: number; deliveryId: number }[]> {
    const text = `
      select distinct on (n.certificate_id) n.certificate_id as "certificateId", d.id as "deliveryId" from notice n join delivery d on d.id = n.delivery_id
      where n.certificate_id = any($1::int[]) and n.notification_id <> $2 and n.interval_days = $3 and d.plugin = $4 and d.recipients @> $5::text[]
      order by n.certificate_id, d.id`;
    return tx.query<{ certificateId: number; deliveryId: number }>(text, [certificateIds, notificationId, intervalDays, plugin, recipients]);
  }

  async authoritiesTold(certificateIds: readonly number[]): Promise<ReadonlySet<string>> {
    const text = 'select certificate_id as "certificateId", interval_days as "intervalDays" from authority_notice where certificate_id = any($1::int[])';
    return new Set((await this.database.query<Omit<AuthorityNotice, 'notAfter'>>(text, [certificateIds])).map(authorityNoticeKey));
  }

  /** As `claim`, for the certificates of authorities. */
  async claimAuthorities(tx: Sql, notices: readonly AuthorityNotice[], at: Date): Promise<number[]> {
    if (notices.length === 0) return [];
    const text = `
      insert into authority_notice (certificate_id, interval_days, not_after, noticed_at)
      select certificate_id, interval_days, not_after, $4 from unnest($1::int[], $2::int[], $3::timestamptz[]) as c (certificate_id, interval_days, not_after) order by 1, 2
      on conflict do nothing returning certificate_id as id`;
    const of = <T>(pick: (notice: AuthorityNotice) => T): T[] => notices.map(pick);
    return (await tx.query<{ id: number }>(text, [of((each) => each.certificateId), of((each) => each.intervalDays), of((each) => each.notAfter), at])).map(({ id }) => id);
  }
}

export const noticeKey = ({ certificateId, notificationId, intervalDays }: Omit<Notice, 'notAfter'>): string => `${certificateId}:${notificationId}:${intervalDays}`;

export const authorityNoticeKey = ({ certificateId, intervalDays }: Omit<AuthorityNotice, 'notAfter'>): string => `${certificateId}:${intervalDays}`;
