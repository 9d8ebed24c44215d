import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';

export type AttachedKind = 'destination' | 'source' | 'endpoint';

/** What a certificate may hang on. */
export interface AttachedObject {
  kind: AttachedKind;
  id: number;
  /** Slug, of a destination. */
  plugin?: string | null;
}

/** SQL of attachments. Every event may come again, and late: what is newer stays. */
@Injectable()
export class AttachmentRepository {
  constructor(private readonly database: Database) {}

  /** Attaches certificates to an object, or lets go of them. */
  async set({ kind, id, plugin = null }: AttachedObject, certificateIds: readonly number[], isAttached: boolean, at: Date): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query({ name: 'attachment-share', text: shareSql, values: [kind, id] });
      await tx.query({ name: 'attachment-set', text: setSql, values: [kind, id, certificateIds, isAttached, at, plugin] });
    });
  }

  /** These, and no others, hang on the object. */
  async replace({ kind, id }: AttachedObject, certificateIds: readonly number[], at: Date): Promise<void> {
    await this.database.transaction(async (tx) => {
      const told = await tx.query({ name: 'attachment-object', text: objectSql, values: [kind, id, false, at] });
      if (told.length === 0) return;
      // By itself: it has to see what the event before this one, which held the lock, has written.
      await tx.query({ name: 'attachment-delete-others', text: deleteOthersSql, values: [kind, id, certificateIds] });
      await tx.query({ name: 'attachment-set', text: setSql, values: [kind, id, certificateIds, true, at, null] });
    });
  }

  /** The object is no more: nothing hangs on it, and nothing will. */
  async end({ kind, id }: AttachedObject, at: Date): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query({ name: 'attachment-alone', text: aloneSql, values: [kind, id] });
      await tx.query({ name: 'attachment-object', text: objectSql, values: [kind, id, true, at] });
      await tx.query({ name: 'attachment-delete-others', text: deleteOthersSql, values: [kind, id, []] });
    });
  }

  /** Removes some of what ended before then. Returns how many rows went. */
  async forget(before: Date, limit: number): Promise<number> {
    const [ended, gone] = [await this.database.query(forgetEndedSql, [before, limit]), await this.database.query(forgetGoneSql, [before, limit])];
    return ended.length + gone.length;
  }
}

/** Who attaches and who deletes the object wait for each other: what is attached is seen by who deletes, or the other way round. */
const shareSql = "select pg_advisory_xact_lock_shared(hashtext('attachment.' || $1), $2::int)";
const aloneSql = "select pg_advisory_xact_lock(hashtext('attachment.' || $1), $2::int)";

const setSql = `
  insert into certificate_attachment (certificate_id, kind, object_id, is_attached, changed_at, plugin)
  select c.id, $1, $2, $4, $5, $6 from certificate c
  where c.id = any($3::int[]) and not exists (select from attachment_object o where o.kind = $1 and o.object_id = $2 and o.is_gone)
  order by c.id
  on conflict (kind, object_id, certificate_id) do update set is_attached = excluded.is_attached, changed_at = excluded.changed_at,
    plugin = coalesce(excluded.plugin, certificate_attachment.plugin)
  where certificate_attachment.changed_at <= excluded.changed_at`;

const objectSql = `
  insert into attachment_object (kind, object_id, is_gone, changed_at) values ($1, $2, $3, $4)
  on conflict (kind, object_id) do update set is_gone = excluded.is_gone, changed_at = excluded.changed_at
  where not attachment_object.is_gone and (excluded.is_gone or attachment_object.changed_at <= excluded.changed_at)
  returning object_id`;

const deleteOthersSql = 'delete from certificate_attachment where kind = $1 and object_id = $2 and certificate_id <> all($3::int[])';

const forgetEndedSql = `
  delete from certificate_attachment where (kind, object_id, certificate_id) in (
    select kind, object_id, certificate_id from certificate_attachment where not is_attached and changed_at < $1 order by changed_at limit $2)
  returning 1`;

const forgetGoneSql = `
  delete from attachment_object where (kind, object_id) in (
    select kind, object_id from attachment_object where is_gone and changed_at < $1 order by changed_at limit $2)
  returning 1`;
