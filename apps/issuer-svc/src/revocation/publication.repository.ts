import { Injectable } from '@nestjs/common';
import { changedSerialsLimits } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { slugify } from '@sifaka/pki';
import { LRUCache } from 'lru-cache';
import { claimMs } from './hold-claim.js';
import type { PublicationState } from './publication.js';

/** A number for the next list, or how long somebody else has before one may be made. */
export type Claim = { number: number } | { waitMs: number };

export interface RevocationVersion {
  authorityId: number;
  slug: string;
  version: number;
  fullNumber: number | null;
  deltaNumber: number | null;
  /** Revoked or released since the version that was asked for, one more than the limit at most; null when the rows do not say it. */
  changed: string[] | null;
}

/** SQL of what authorities publish. */
@Injectable()
export class PublicationRepository {
  /** Never changes, and is asked for with every certificate that is issued. */
  private readonly slugs = new LRUCache<number, string>({ max: cachedSlugs });

  constructor(private readonly database: Database) {}

  /** Slug of an authority in addresses, given when it is first asked for. */
  async slugOf(authorityId: number, name: string): Promise<string> {
    const known = this.slugs.get(authorityId);
    if (known !== undefined) return known;
    for (const slug of slugCandidates(authorityId, name)) {
      await this.database.query(beginSql, [authorityId, slug]);
      const [row] = await this.database.query<{ slug: string }>('select slug from revocation_publication where authority_id = $1', [authorityId]);
      if (row === undefined) continue;
      this.slugs.set(authorityId, row.slug);
      return row.slug;
    }
    throw new Error('no slug was free');
  }

  async idOf(slug: string): Promise<number | null> {
    const [row] = await this.database.query<{ authority_id: number }>({ name: 'publication-by-slug', text: 'select authority_id from revocation_publication where slug = $1', values: [slug] });
    return row?.authority_id ?? null;
  }

  async read(authorityId: number): Promise<PublicationState | null> {
    const [row] = await this.database.query<PublicationState>(`${stateSql} where authority_id = $1`, [authorityId]);
    return row ?? null;
  }

  /** X.509 authorities whose keys are here and that have not ended, with what they published, if they did. */
  async publishing(now: Date): Promise<{ id: number; name: string; state: PublicationState | null }[]> {
    const ids = await this.database.query<{ id: number; name: string }>(publishingSql, [now]);
    const states = new Map((await this.database.query<PublicationState>(stateSql)).map((state) => [state.authorityId, state]));
    return ids.map(({ id, name }) => ({ id, name, state: states.get(id) ?? null }));
  }

  /** @param since versions of authorities that somebody knows already */
  async versions(since: readonly { authorityId: number; version: string }[] = []): Promise<RevocationVersion[]> {
    const { ofOne, ofAll } = changedSerialsLimits;
    const values = [since.map(({ authorityId }) => authorityId), since.map(({ version }) => version), ofOne + 1, ofAll + 1];
    return this.database.query<RevocationVersion>({ name: 'revocation-versions', text: versionsSql, values });
  }

  /** Takes the next number, unless somebody makes a list, or made one a moment ago. Renew it while the list is made. */
  async claim(authorityId: number): Promise<Claim> {
    const [claimed] = await this.database.query<{ number: number }>(claimSql, [authorityId, claimMs]);
    if (claimed !== undefined) return claimed;
    const [row] = await this.database.query<{ waitMs: number }>(waitSql, [authorityId]);
    return { waitMs: Math.max(0, Math.ceil(row?.waitMs ?? 0)) };
  }

  /** False: somebody else makes a list by now, or this one is out. */
  async renew(authorityId: number, number: number): Promise<boolean> {
    return (await this.database.query(renewSql, [authorityId, number, claimMs])).length > 0;
  }

  /** Lets others try: this one failed. What somebody else claimed since stays his. */
  async fail(authorityId: number, number: number, error: string, now: Date): Promise<void> {
    await this.database.query(failSql, [authorityId, error.slice(0, errorChars), now, number]);
  }

  async revokedCount(authorityId: number): Promise<number> {
    const [row] = await this.database.query<{ count: number }>('select count(*)::int as count from revocation where authority_id = $1 and not is_released', [authorityId]);
    return row?.count ?? 0;
  }

  /** Authority above the one whose own certificate this is. */
  async parentOf(authorityId: number): Promise<number | null> {
    const [row] = await this.database.query<{ parent_id: number | null }>('select parent_id from authority where id = $1', [authorityId]);
    return row?.parent_id ?? null;
  }
}

/** Two names may have the same slug, a name may have none, and some would mean something else in an address. */
function slugCandidates(id: number, name: string): string[] {
  const slug = slugify(name);
  const isClear = slug !== '' && !/^\.+$/.test(slug) && !slug.endsWith('-delta');
  return isClear ? [slug, `${slug}-${id}`, `authority-${id}`] : [slug.endsWith('-delta') ? `${slug}-${id}` : `authority-${id}`, `authority-${id}-${id}`];
}

const cachedSlugs = 10_000;
const errorChars = 1_000;

/** With what was revoked before anything was published. */
const beginSql = `
  with made as (insert into revocation_publication (authority_id, slug) values ($1, $2) on conflict do nothing returning authority_id)
  insert into revocation (authority_id, serial_hex, certificate_id, revoked_at, reason, not_after, version)
  select c.authority_id, c.serial_hex, c.id, c.revoked_at, c.revocation_reason, c.not_after, 0
  from certificate c join made on made.authority_id = c.authority_id
  where c.status = 'revoked' and c.revoked_at is not null and c.format = 'x509'`;

const stateSql = `
  select authority_id as "authorityId", slug, version, listed_version as "listedVersion", listed_at as "listedAt", full_number as "fullNumber",
    delta_number as "deltaNumber", base_number as "baseNumber", base_version as "baseVersion", base_at as "baseAt", next_try_at as "nextTryAt",
    last_error as "lastError"
  from revocation_publication`;

const publishingSql = `
  select a.id, a.name from authority a join certificate c on c.id = a.certificate_id
  where a.key_id is not null and c.format = 'x509' and c.not_after > $1 order by a.id`;

/**
 * In one statement, so that serial numbers and versions are of one moment: every row of a version up to the one that is told is seen.
 * With a list by schedule, rows up to its version may go that say what was released (`base_version`): what changed since an earlier one
 * is not known any more. A version that is yet to come is one of a database before it was restored.
 */
const versionsSql = `
  with behind as (
    select p.authority_id, known.since
    from unnest($1::int[], $2::bigint[]) as known (authority_id, since) join revocation_publication p using (authority_id)
    where known.since < p.version and known.since >= coalesce(p.base_version, 0)
  ), changed as (
    select behind.authority_id, r.serial_hex
    from behind, lateral (select serial_hex from revocation where authority_id = behind.authority_id and version > behind.since limit $3) r
    limit $4
  )
  select p.authority_id as "authorityId", p.slug, p.version, p.full_number as "fullNumber", p.delta_number as "deltaNumber", c.serials as changed
  from revocation_publication p left join (select authority_id, array_agg(serial_hex) as serials from changed group by authority_id) c using (authority_id)
  order by p.authority_id`;

const claimSql = `
  update revocation_publication set number = number + 1, claimed_until = clock_timestamp() + $2 * interval '1 millisecond'
  where authority_id = $1 and (claimed_until is null or claimed_until <= clock_timestamp()) returning number`;

const renewSql = `
  update revocation_publication set claimed_until = clock_timestamp() + $3 * interval '1 millisecond'
  where authority_id = $1 and number = $2 and (full_number is null or full_number < $2) returning 1`;

const waitSql = `select extract(epoch from claimed_until - clock_timestamp())::float8 * 1000 as "waitMs" from revocation_publication where authority_id = $1`;

/** After 10 s, 20 s, 40 s and so on, five minutes at most. */
const failSql = `
  update revocation_publication set attempts = attempts + 1, last_error = $2, claimed_until = case when number = $4 then null else claimed_until end,
    next_try_at = $3::timestamptz + least(300, 10 * 2 ^ least(attempts, 10)) * interval '1 second'
  where authority_id = $1`;
