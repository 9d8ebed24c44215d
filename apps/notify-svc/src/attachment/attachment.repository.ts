import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';

export interface Attachment {
  certificateId: number;
  notificationId: number;
}

/** How a certificate came by its notifications. */
export type Given = 'default' | 'asked' | 'renewal' | 'set';

export interface Birth {
  certificateId: number;
  owner: string;
  at: Date;
  given: Given;
}

/** Which notifications hang on which certificates. */
@Injectable()
export class AttachmentRepository {
  constructor(private readonly database: Database) {}

  async add(tx: Sql, attachments: readonly Attachment[]): Promise<void> {
    if (attachments.length === 0) return;
    // One may have been deleted since it was chosen.
    const text = `
      insert into attachment (certificate_id, notification_id) select distinct a.certificate_id, n.id
      from unnest($1::int[], $2::int[]) as a (certificate_id, notification_id) join notification n on n.id = a.notification_id
      on conflict do nothing`;
    await tx.query({ name: 'attachment-add', text, values: [attachments.map((each) => each.certificateId), attachments.map((each) => each.notificationId)] });
  }

  async remove(tx: Sql, notificationId: number, certificateIds: readonly number[]): Promise<void> {
    if (certificateIds.length === 0) return;
    await tx.query('delete from attachment where notification_id = $1 and certificate_id = any($2::int[])', [notificationId, certificateIds]);
  }

  /** Takes all of a certificate's away but these. */
  async keepOnly(tx: Sql, certificateId: number, notificationIds: readonly number[]): Promise<void> {
    await tx.query('delete from attachment where certificate_id = $1 and not (notification_id = any($2::int[]))', [certificateId, notificationIds]);
  }

  of(certificateIds: readonly number[], sql: Sql = this.database): Promise<Attachment[]> {
    const text = `
      select certificate_id as "certificateId", notification_id as "notificationId" from attachment
      where certificate_id = any($1::int[]) order by certificate_id, notification_id`;
    return sql.query<Attachment>({ name: 'attachment-of', text, values: [certificateIds] });
  }

  async labelsOf(tx: Sql, certificateId: number): Promise<{ id: number; label: string }[]> {
    return tx.query('select n.id, n.label from attachment a join notification n on n.id = a.notification_id where a.certificate_id = $1', [certificateId]);
  }

  /** Newest first. */
  async certificates(notificationId: number, offset: number, limit: number): Promise<{ certificateIds: number[]; total: number }> {
    const [count] = await this.database.query<{ total: number }>('select count(*)::int as total from attachment where notification_id = $1', [notificationId]);
    const text = 'select certificate_id as id from attachment where notification_id = $1 order by certificate_id desc offset $2 limit $3';
    const rows = limit === 0 ? [] : await this.database.query<{ id: number }>(text, [notificationId, offset, limit]);
    return { certificateIds: rows.map(({ id }) => id), total: count?.total ?? 0 };
  }

  /**
   * Notes that certificates are there.
   *
   * @returns those that had not been given notifications yet, with the owner that is known of them by now
   */
  async born(tx: Sql, births: readonly Birth[]): Promise<{ certificateId: number; owner: string }[]> {
    const text = `
      insert into certificate as c (certificate_id, owner, owner_at, given) select * from unnest($1::int[], $2::text[], $3::timestamptz[], $4::text[])
      on conflict (certificate_id) do update set given = excluded.given where c.given is null
      returning certificate_id as "certificateId", owner`;
    const distinct = [...new Map(births.map((birth) => [birth.certificateId, birth])).values()].sort((a, b) => a.certificateId - b.certificateId);
    const of = <T>(pick: (birth: Birth) => T): T[] => distinct.map(pick);
    return tx.query({ name: 'certificate-born', text, values: [of((each) => each.certificateId), of((each) => each.owner), of((each) => each.at), of((each) => each.given)] });
  }

  /** What is known of a certificate, which stays so within this transaction. */
  async lock(tx: Sql, certificateId: number): Promise<{ owner: string; ownerAt: Date; given: Given | null } | undefined> {
    const [row] = await tx.query<{ owner: string; ownerAt: Date; given: Given | null }>('select owner, owner_at as "ownerAt", given from certificate where certificate_id = $1 for update', [certificateId]);
    return row;
  }

  async ownerOf(certificateId: number): Promise<string | undefined> {
    const [row] = await this.database.query<{ owner: string }>({ name: 'certificate-owner', text: 'select owner from certificate where certificate_id = $1', values: [certificateId] });
    return row?.owner;
  }

  /** @param given null: it is to be given its first notifications yet */
  async note(tx: Sql, { certificateId, owner, at, given }: Omit<Birth, 'given'> & { given: Given | null }): Promise<void> {
    const text = `
      insert into certificate (certificate_id, owner, owner_at, given) values ($1, $2, $3, $4)
      on conflict (certificate_id) do update set owner = excluded.owner, owner_at = excluded.owner_at, given = coalesce(excluded.given, certificate.given)`;
    await tx.query(text, [certificateId, owner, at, given]);
  }
}
