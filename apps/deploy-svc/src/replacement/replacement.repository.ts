import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';

/** A certificate that was renewed, and how far its endpoints are. */
export interface Replacement {
  old_certificate_id: number;
  new_certificate_id: number;
  heard_at: Date;
  /** Null: its endpoints are on their way, or it has none. */
  next_try_at: Date | null;
  attempts: number;
  last_error: string | null;
}

const columns = 'old_certificate_id, new_certificate_id, heard_at, next_try_at, attempts, last_error';

@Injectable()
export class ReplacementRepository {
  constructor(private readonly database: Database) {}

  /** What was heard before of a later renewal stays. */
  async note(tx: Sql, { oldId, newId, heardAt, now }: { oldId: number; newId: number; heardAt: Date; now: Date }): Promise<void> {
    const text = `
      insert into replacement as r (old_certificate_id, new_certificate_id, heard_at, next_try_at) values ($1, $2, $3, $4)
      on conflict (old_certificate_id) do update set new_certificate_id = excluded.new_certificate_id, heard_at = excluded.heard_at, next_try_at = excluded.next_try_at,
        attempts = 0, last_error = null
      where r.new_certificate_id <> excluded.new_certificate_id and r.heard_at <= excluded.heard_at`;
    await tx.query(text, [oldId, newId, heardAt, now]);
  }

  /** One that is due; until `until` nobody else takes it: whoever is lost with it is replaced then. */
  async take(now: Date, until: Date): Promise<Replacement | undefined> {
    const text = `
      update replacement set next_try_at = $2, attempts = attempts + 1
      where old_certificate_id = (select old_certificate_id from replacement where next_try_at <= $1 order by next_try_at, old_certificate_id limit 1 for update skip locked)
      returning ${columns}`;
    const [row] = await this.database.query<Replacement>({ name: 'replacement-take', text, values: [now, until] });
    return row;
  }

  /** Unless another renewal was heard of meanwhile. @param nextTryAt null: nothing is left to be done */
  async end({ old_certificate_id: oldId, new_certificate_id: newId }: Replacement, nextTryAt: Date | null, lastError: string | null): Promise<void> {
    await this.database.query('update replacement set next_try_at = $3, last_error = $4 where old_certificate_id = $1 and new_certificate_id = $2', [oldId, newId, nextTryAt, lastError]);
  }

  async of(oldId: number): Promise<Replacement | undefined> {
    const [row] = await this.database.query<Replacement>(`select ${columns} from replacement where old_certificate_id = $1`, [oldId]);
    return row;
  }

  async forget(before: Date): Promise<void> {
    await this.database.query('delete from replacement where heard_at < $1 and next_try_at is null', [before]);
  }
}
