import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import { Coalescer } from '@sifaka/runtime';

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

/** What the challenges of many orders ask for while a statement is on its way goes together in the next one. */
const together = { maxItems: 100, maxRuns: 1 };

@Injectable()
export class TxtRecordRepository {
  private readonly announced: Coalescer<NewTxtRecord, TxtRecordRow | null>;
  private readonly states: Coalescer<number, TxtRecordState | null>;
  private readonly needs: Coalescer<TxtRecordRow, boolean>;
  private readonly presences: Coalescer<number, true>;
  private readonly removals: Coalescer<number, true>;

  constructor(private readonly database: Database) {
    this.announced = new Coalescer((records) => this.announceAll(records), together);
    this.states = new Coalescer((ids) => this.statesOf(ids), together);
    this.needs = new Coalescer((records) => this.areNeededElsewhere(records), together);
    this.presences = new Coalescer((ids) => this.change('dns-record-present', presentSql, ids), together);
    this.removals = new Coalescer((ids) => this.change('dns-record-removed', removedSql, ids), together);
  }

  /** Puts it on record; again when it was removed since. Null when the provider does not exist. */
  announce(record: NewTxtRecord): Promise<TxtRecordRow | null> {
    return this.announced.add(record);
  }

  stateOf(id: number): Promise<TxtRecordState | null> {
    return this.states.add(id);
  }

  /** Somebody else needs the same value at the same place: two orders may share one authorization. */
  isNeededElsewhere(record: TxtRecordRow): Promise<boolean> {
    return this.needs.add(record);
  }

  async present(id: number): Promise<void> {
    await this.presences.add(id);
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
    await this.removals.add(id);
  }

  /** Removed once, and in DNS again all the same: false when it was not removed. */
  async reopen(id: number): Promise<boolean> {
    const rows = await this.database.query(`update dns_record set state = 'removing', attempts = 0, next_try_at = now(), updated_at = now() where id = $1 and state = 'removed' returning id`, [id]);
    return rows.length > 0;
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

  private async announceAll(records: readonly NewTxtRecord[]): Promise<(TxtRecordRow | null)[]> {
    // One statement may touch a row once.
    const distinct = [...new Map(records.map((record) => [keyOf(record), record])).values()];
    const values = [distinct.map(({ holder }) => holder), distinct.map(({ providerId }) => providerId), distinct.map(({ name }) => name), distinct.map(({ value }) => value)];
    const rows = await this.database.query<TxtRecordRow>({ name: 'dns-record-announce', text: announceSql, values });
    const found = new Map(rows.map((row) => [keyOf({ ...row, providerId: row.provider_id }), row]));
    return records.map((record) => found.get(keyOf(record)) ?? null);
  }

  private async statesOf(ids: readonly number[]): Promise<(TxtRecordState | null)[]> {
    const text = 'select id, state from dns_record where id = any($1::bigint[])';
    const rows = await this.database.query<Pick<TxtRecordRow, 'id' | 'state'>>({ name: 'dns-record-state', text, values: [ids] });
    const states = new Map(rows.map(({ id, state }) => [id, state]));
    return ids.map((id) => states.get(id) ?? null);
  }

  private async areNeededElsewhere(records: readonly TxtRecordRow[]): Promise<boolean[]> {
    const values = [records.map(({ id }) => id), records.map((record) => record.provider_id), records.map(({ name }) => name), records.map(({ value }) => value)];
    const rows = await this.database.query<{ id: number }>({ name: 'dns-record-needed', text: neededSql, values });
    const needed = new Set(rows.map(({ id }) => id));
    return records.map(({ id }) => needed.has(id));
  }

  private async change(name: string, text: string, ids: readonly number[]): Promise<true[]> {
    await this.database.query({ name, text, values: [ids] });
    return ids.map(() => true);
  }
}

const keyOf = ({ holder, providerId, name, value }: NewTxtRecord): string => JSON.stringify([holder, providerId, name, value]);

const columns = 'id, holder, provider_id, name, value, state, attempts';

const neededSql = `
  select asked.id from unnest($1::bigint[], $2::int[], $3::text[], $4::text[]) as asked (id, provider_id, name, value)
  where exists (select from dns_record r where r.provider_id = asked.provider_id and r.name = asked.name and r.value = asked.value
    and r.id <> asked.id and r.state in ('adding', 'present'))`;

const presentSql = `update dns_record set state = 'present', last_error = null, updated_at = now() where id = any($1::bigint[]) and state = 'adding'`;

const removedSql = `update dns_record set state = 'removed', last_error = null, next_try_at = null, updated_at = now() where id = any($1::bigint[]) and state = 'removing'`;

/** `for key share` waits for a deletion of the provider that is under way; rows are touched in one order, so that no two writers wait for each other. */
const announceSql = `
  with provider as (select id from dns_provider where id = any($2::int[]) order by id for key share)
  insert into dns_record (holder, provider_id, name, value, state)
  select asked.holder, provider.id, asked.name, asked.value, 'adding'
    from unnest($1::text[], $2::int[], $3::text[], $4::text[]) as asked (holder, provider_id, name, value)
    join provider on provider.id = asked.provider_id
    order by asked.holder, asked.name, asked.value
  on conflict on constraint dns_record_unique do update
    set state = case when dns_record.state = 'present' then 'present' else 'adding' end,
        attempts = 0, last_error = null, next_try_at = null, updated_at = now()
  returning ${columns}`;
