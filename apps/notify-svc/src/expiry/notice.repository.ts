import { Injectable } from '@nestjs/common';
import type { DeliveryState } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import type { Mail } from './told-by-mail.js';

/** A certificate that is told of, or passed over, at one interval of one notification. */
export interface Notice {
  certificateId: number;
  notificationId: number;
  intervalDays: number;
  notAfter: Date;
}

/** Of one notification at one interval. */
type Telling = Pick<Notice, 'notificationId' | 'intervalDays'>;

/** What a message of another notification told as well. */
export interface SettledNotice {
  label: string;
  deliveryId: number;
  deliveryLabel: string | null;
  state: DeliveryState;
  at: Date;
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

  /** What was told of certificates, by `noticeKey`; true: the mail that goes with it is still owed. */
  async told(certificateIds: readonly number[]): Promise<ReadonlyMap<string, boolean>> {
    const text = 'select certificate_id as "certificateId", notification_id as "notificationId", interval_days as "intervalDays", owes_mail as "owesMail" from notice where certificate_id = any($1::int[])';
    const rows = await this.database.query<Omit<Notice, 'notAfter'> & { owesMail: boolean }>({ name: 'notice-told', text, values: [certificateIds] });
    return new Map(rows.map((row) => [noticeKey(row), row.owesMail]));
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

  /** What was told without the mail that goes with it: there is no way to send any. */
  async oweMail(tx: Sql, { notificationId, intervalDays }: Telling, certificateIds: readonly number[]): Promise<void> {
    await tx.query('update notice set owes_mail = true where notification_id = $1 and interval_days = $2 and certificate_id = any($3::int[])', [notificationId, intervalDays, certificateIds]);
  }

  /** @returns ids of the certificates whose mail nobody else sends now; waits for others who are about to */
  async settleMail(tx: Sql, { notificationId, intervalDays }: Telling, certificateIds: readonly number[]): Promise<number[]> {
    const text = 'update notice set owes_mail = false where notification_id = $1 and interval_days = $2 and certificate_id = any($3::int[]) and owes_mail returning certificate_id as id';
    return (await tx.query<{ id: number }>(text, [notificationId, intervalDays, certificateIds])).map(({ id }) => id);
  }

  /** Mails that tell of some of these certificates at an interval, since a time; oldest first. */
  async mails(tx: Sql, certificateIds: readonly number[], intervalDays: number, since: Date): Promise<Mail[]> {
    const text = `
      select d.id as "deliveryId", d.certificate_ids as "certificateIds", d.recipients from delivery d
      where d.type = 'expiration' and d.certificate_ids && $1::int[] and d.interval_days = $2 and d.created_at >= $3
        and cardinality(d.recipients) > 0 and d.state in ('pending', 'sending', 'delivered') order by d.id`;
    return tx.query<Mail>({ name: 'expiration-mails', text, values: [certificateIds, intervalDays, since] });
  }

  /** What was told of a certificate with the message of another notification. */
  async settled(certificateId: number): Promise<SettledNotice[]> {
    const text = `
      select x.label, d.id as "deliveryId", d.notification_label as "deliveryLabel", d.state, coalesce(d.delivered_at, d.created_at) as at
      from notice n join notification x on x.id = n.notification_id join delivery d on d.id = n.delivery_id
      where n.certificate_id = $1 and d.notification_id is distinct from n.notification_id order by d.id desc limit 100`;
    return this.database.query<SettledNotice>(text, [certificateId]);
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
