import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import type { CrlKind, CrlPlace } from './crl-place.js';

/** What a crash keeps others waiting. */
export const heldMs = 60_000;

const columns = `c.id, c.authority_id, c.slug, c.destination_id, d.label as destination_label, d.plugin, c.wanted, c.number::text as number, c.delta_number::text as delta_number,
  c.published_at, c.next_try_at, c.attempts, c.last_error, c.version`;

@Injectable()
export class CrlPlaceRepository {
  constructor(private readonly database: Database) {}

  ofAuthority(authorityId: number, sql: Sql = this.database): Promise<CrlPlace[]> {
    return sql.query<CrlPlace>(`select ${columns} from crl_place c join destination d on d.id = c.destination_id where c.authority_id = $1 and c.wanted = 'published' order by c.id`, [authorityId]);
  }

  /** These and no others; those that are there stay as they are. @returns what was added, and what is to go */
  async set(tx: Sql, { authorityId, slug, destinationIds, now }: { authorityId: number; slug: string; destinationIds: readonly number[]; now: Date }): Promise<{ added: number[]; removed: number[] }> {
    const removed = await tx.query<{ id: number }>(
      `update crl_place set wanted = 'removed', next_try_at = $3, attempts = 0, last_error = null, version = version + 1
       where authority_id = $1 and wanted = 'published' and not destination_id = any($2::int[]) returning destination_id as id`,
      [authorityId, destinationIds, now],
    );
    const added = await tx.query<{ id: number }>(
      `insert into crl_place as c (authority_id, slug, destination_id, next_try_at) select $1, $2, id, $4 from destination where id = any($3::int[]) and deleting_since is null order by id
       on conflict on constraint crl_place_unique do update set wanted = 'published', slug = excluded.slug, number = null, delta_number = null, next_try_at = excluded.next_try_at, attempts = 0, last_error = null, version = c.version + 1
       where c.wanted = 'removed' or c.slug <> excluded.slug returning destination_id as id`,
      [authorityId, slug, destinationIds, now],
    );
    return { added: added.map(({ id }) => id), removed: removed.map(({ id }) => id) };
  }

  /** An authority has a new list. @returns whether anybody wants it */
  async hear(tx: Sql, authorityId: number, now: Date): Promise<boolean> {
    const text = `update crl_place set next_try_at = $2, attempts = 0, version = version + 1 where authority_id = $1 and wanted = 'published' returning id`;
    return (await tx.query(text, [authorityId, now])).length > 0;
  }

  /** One that is due and that nobody is at. */
  async take(holder: string, now: Date): Promise<CrlPlace | undefined> {
    const [taken] = await this.database.query<{ id: number }>({
      name: 'crl-place-take',
      text: `
        update crl_place set holder = $1, held_until = now() + ${heldMs} * interval '1 ms', attempts = attempts + 1
        where id = (select id from crl_place where next_try_at <= $2 and (held_until is null or held_until <= now()) order by next_try_at, id limit 1 for update skip locked) returning id`,
      values: [holder, now],
    });
    if (taken === undefined) return undefined;
    const [row] = await this.database.query<CrlPlace>(`select ${columns} from crl_place c join destination d on d.id = c.destination_id where c.id = $1`, [taken.id]);
    return row;
  }

  /** @returns false when somebody else may have it by now */
  async renew(id: number, holder: string): Promise<boolean> {
    const text = `update crl_place set held_until = now() + ${heldMs} * interval '1 ms' where id = $1 and holder = $2 and held_until > now() returning id`;
    return (await this.database.query({ name: 'crl-place-renew', text, values: [id, holder] })).length > 0;
  }

  /** A list is there; never said of an older one than before. */
  async published(id: number, kind: CrlKind, number: string, now: Date): Promise<void> {
    const column = kind === 'full' ? 'number' : 'delta_number';
    await this.database.query(`update crl_place set ${column} = $2::numeric, published_at = $3 where id = $1 and (${column} is null or ${column} < $2::numeric)`, [id, number, now]);
  }

  /**
   * Ends a piece of work, unless more was heard of since: that is done next.
   *
   * @returns false when somebody else has taken it up meanwhile, and may have put something else there
   */
  async end({ id, version }: CrlPlace, holder: string, { nextTryAt, lastError, now }: { nextTryAt: Date | null; lastError: string | null; now: Date }): Promise<boolean> {
    const text = `
      update crl_place set holder = null, held_until = null, last_error = $4, attempts = case when $4::text is null then 0 else attempts end,
        next_try_at = case when version = $5 then $3::timestamptz else $6::timestamptz end
      where id = $1 and holder = $2 returning id`;
    return (await this.database.query(text, [id, holder, nextTryAt, lastError, version, now])).length > 0;
  }

  /** Which list is there is not known any more: the newest is put there once more. */
  async distrust(id: number, now: Date): Promise<void> {
    await this.database.query('update crl_place set number = null, delta_number = null, next_try_at = $2, version = version + 1 where id = $1', [id, now]);
  }

  /** Gone from its destination, which ends the work. False: it is wanted there again, or somebody else has it. */
  async forget({ id, version }: CrlPlace, holder: string): Promise<boolean> {
    return (await this.database.query(`delete from crl_place where id = $1 and version = $2 and holder = $3 and wanted = 'removed' returning id`, [id, version, holder])).length > 0;
  }
}
