import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';

export type TxtRecordState = 'adding' | 'present' | 'removing' | 'removed';

/** One TXT value that was asked for, on record before it was written to DNS. */
export interface TxtRecordRow {
  id: number;
  holder: string;
  provider_id: number;
  name: string;
  value: string;
  state: TxtRecordState;
  attempts: number;
}

export interface NewTxtRecord {
  holder: string;
  providerId: number;
  name: string;
  value: string;
}

@Injectable()
export class TxtRecordRepository {
  constructor(private readonly database: Database) {}

  /** Puts it on record; again when it was removed since. Null when the provider does not exist. */
  async announce({ holder, providerId, name, value }: NewTxtRecord): Promise<TxtRecordRow | null> {
    const [row] = await this.database.query<TxtRecordRow>({ name: 'dns-record-announce', text: announceSql, values: [holder, providerId, name, value] });
    return row ?? null;
  }

  async stateOf(id: number): Promise<TxtRecordState | null> {
    const [row] = await this.database.query<{ state: TxtRecordState }>({ name: 'dns-record-state', text: 'select state from dns_record where id = $1', values: [id] });
    return row?.state ?? null;
  }

  /** Somebody else needs the same value at the same place: two orders may share one authorization. */
  async isNeededElsewhere({ id, provider_id, name, value }: TxtRecordRow): Promise<boolean> {
    const rows = await this.database.query(
      `select from dns_record where provider_id = $1 and name = $2 and value = $3 and id <> $4 and state in ('adding', 'present') limit 1`,
      [provider_id, name, value, id],
    );
    return rows.length > 0;
  }

  async present(id: number): Promise<void> {
    await this.database.query(`update dns_record set state = 'present', last_error = null, updated_at = now() where id = $1 and state = 'adding'`, [id]);
  }

  async addFailed(id: number, error: string): Promise<void> {
    await this.database.query(`update dns_record set attempts = attempts + 1, last_error = $2, updated_at = now() where id = $1`, [id, error]);
  }

  /** Nobody needs these any more: from here on they only go. */
  async release(holder: string, providerId: number | null): Promise<TxtRecordRow[]> {
    return this.database.query<TxtRecordRow>(
      `update dns_record set state = 'removing', attempts = case when state = 'removing' then attempts else 0 end,
         next_try_at = case when state = 'removing' then next_try_at else now() end, updated_at = now()
       where holder = $1 and ($2::int is null or provider_id = $2) and state <> 'removed' returning ${columns}`,
      [holder, providerId],
    );
  }

  async removed(id: number): Promise<void> {
    await this.database.query(`update dns_record set state = 'removed', last_error = null, next_try_at = null, updated_at = now() where id = $1 and state = 'removing'`, [id]);
  }

  async removalFailed(id: number, error: string, pauseMs: number): Promise<void> {
    await this.database.query(
      `update dns_record set attempts = attempts + 1, last_error = $2, next_try_at = now() + $3 * interval '1 ms', updated_at = now() where id = $1`,
      [id, error, pauseMs],
    );
  }

  /** Removals whose time has come. */
  due(limit: number): Promise<TxtRecordRow[]> {
    return this.database.query<TxtRecordRow>(
      `select ${columns} from dns_record where state = 'removing' and next_try_at <= now() order by next_try_at limit $1`,
      [limit],
    );
  }

  /** What whoever asked for it has forgotten; from here on it only goes. */
  async releaseForgotten(olderThanMs: number): Promise<number> {
    const rows = await this.database.query(
      `update dns_record set state = 'removing', attempts = 0, next_try_at = now(), updated_at = now() where state in ('adding', 'present') and updated_at < now() - $1 * interval '1 ms' returning id`,
      [olderThanMs],
    );
    return rows.length;
  }

  async forgetRemoved(olderThanMs: number): Promise<void> {
    await this.database.query(`delete from dns_record where state = 'removed' and updated_at < now() - $1 * interval '1 ms'`, [olderThanMs]);
  }

  openOf(providerId: number, sql: Sql = this.database): Promise<TxtRecordRow[]> {
    return sql.query<TxtRecordRow>(`select ${columns} from dns_record where provider_id = $1 and state <> 'removed' order by id`, [providerId]);
  }
}

const columns = 'id, holder, provider_id, name, value, state, attempts';

/** `for key share` waits for a deletion of the provider that is under way. */
const announceSql = `
  with provider as (select id from dns_provider where id = $2 for key share)
  insert into dns_record (holder, provider_id, name, value, state)
  select $1, provider.id, $3, $4, 'adding' from provider
  on conflict on constraint dns_record_unique do update
    set state = case when dns_record.state = 'present' then 'present' else 'adding' end,
        attempts = 0, last_error = null, next_try_at = null, updated_at = now()
  returning ${columns}`;
