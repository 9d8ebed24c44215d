import { Injectable } from '@nestjs/common';
import { crlPublished, crlSliceBytes, type CrlRecord } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { newEvent, Outbox } from '@sifaka/messaging';
import type { CrlReasonName } from '@sifaka/pki';
import type { CrlKind } from './publication.js';

export interface ListedRevocation {
  serialHex: string;
  revokedAt: Date;
  reason: CrlReasonName | null;
}

/** What the lists of one moment say. */
export interface Snapshot {
  version: number;
  baseNumber: number | null;
  baseVersion: number | null;
  baseAt: Date | null;
}

/** A list that is signed. */
export interface MadeCrl {
  kind: CrlKind;
  baseNumber: number | null;
  thisUpdate: Date;
  nextUpdate: Date;
  entryCount: number;
  byteLength: number;
  sha256: string;
  slices: readonly Buffer[];
}

export interface Publishing {
  authorityId: number;
  slug: string;
  number: number;
  /** Of what the lists say. */
  snapshot: Snapshot;
  lists: readonly MadeCrl[];
  /** Made by schedule: deltas add to it from now on. */
  isBase: boolean;
  at: Date;
  /** Before the next one may be made. */
  restMs: number;
}

/** SQL of revocation lists. */
@Injectable()
export class CrlRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  /** Full list and delta of one moment: both are read in one snapshot. */
  inSnapshot<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    return this.database.transaction(work, { isolation: 'repeatable read' });
  }

  async snapshot(tx: Sql, authorityId: number): Promise<Snapshot> {
    const [row] = await tx.query<Snapshot>(snapshotSql, [authorityId]);
    if (row === undefined) throw new Error(`authority ${authorityId} publishes nothing`);
    return row;
  }

  /** The next of a full list, in the order of their serial numbers as text. */
  listed(tx: Sql, authorityId: number, { baseAt, baseVersion }: Snapshot, afterSerial: string, limit: number): Promise<ListedRevocation[]> {
    return tx.query<ListedRevocation>({ name: 'crl-listed', text: listedSql, values: [authorityId, afterSerial, baseAt, baseVersion, limit] });
  }

  /** The next of what changed since the base. */
  changed(tx: Sql, authorityId: number, { baseVersion }: Snapshot, afterSerial: string, limit: number): Promise<ListedRevocation[]> {
    return tx.query<ListedRevocation>({ name: 'crl-changed', text: changedSql, values: [authorityId, afterSerial, baseVersion, limit] });
  }

  /**
   * Puts lists in the place of those before; what was read of the last ones may still be read on.
   *
   * @returns false when a later list came first
   */
  publish(publishing: Publishing): Promise<boolean> {
    const { authorityId, slug, number, snapshot, lists, isBase, at, restMs } = publishing;
    return this.database.transaction(async (tx) => {
      const full = lists.find(({ kind }) => kind === 'full');
      const delta = lists.find(({ kind }) => kind === 'delta');
      const updated = await tx.query(publishSql, [authorityId, number, snapshot.version, at, delta === undefined ? null : number, isBase ? full?.thisUpdate : null, restMs]);
      if (updated.length === 0) return false;
      for (const list of lists) await this.store(tx, authorityId, number, snapshot.version, list);
      if (isBase) await tx.query(forgetSql, [authorityId, snapshot.baseAt, snapshot.baseVersion, snapshot.version]);
      await this.outbox.append(tx, lists.map((list) => publishedEvent(authorityId, slug, number, list, at)));
      return true;
    });
  }

  async find(authorityId: number, kind: CrlKind): Promise<CrlRecord | null> {
    const [row] = await this.database.query<CrlRow>({ name: 'crl-find', text: findSql, values: [authorityId, kind] });
    return row === undefined ? null : { ...row, thisUpdate: row.thisUpdate.toISOString(), nextUpdate: row.nextUpdate.toISOString() };
  }

  /** Bytes from `offset` on, as many as one slice has; null when the list is gone. */
  async slice(authorityId: number, kind: CrlKind, number: string, offset: number): Promise<{ bytes: Buffer; byteLength: number } | null> {
    const [row] = await this.database.query<{ bytes: Buffer | null; byteLength: number }>({
      name: 'crl-slice',
      text: sliceSql,
      values: [authorityId, kind, number, Math.floor(offset / crlSliceBytes)],
    });
    if (row === undefined) return null;
    return { bytes: row.bytes?.subarray(offset % crlSliceBytes) ?? Buffer.alloc(0), byteLength: row.byteLength };
  }

  private async store(tx: Sql, authorityId: number, number: number, version: number, list: MadeCrl): Promise<void> {
    const { kind, baseNumber, thisUpdate, nextUpdate, entryCount, byteLength, sha256, slices } = list;
    await tx.query('delete from crl where authority_id = $1 and kind = $2 and number < (select max(number) from crl where authority_id = $1 and kind = $2)', [authorityId, kind]);
    await tx.query(storeSql, [authorityId, kind, number, baseNumber, version, thisUpdate, nextUpdate, entryCount, byteLength, sha256]);
    for (const [position, bytes] of slices.entries()) await tx.query('insert into crl_slice (authority_id, kind, number, position, bytes) values ($1, $2, $3, $4, $5)', [authorityId, kind, number, position, bytes]);
  }
}

type CrlRow = Omit<CrlRecord, 'thisUpdate' | 'nextUpdate'> & { thisUpdate: Date; nextUpdate: Date };

function publishedEvent(authorityId: number, slug: string, number: number, { kind, thisUpdate, nextUpdate, entryCount, byteLength, sha256 }: MadeCrl, at: Date) {
  const data = { authorityId, slug, kind, number: String(number), thisUpdate: thisUpdate.toISOString(), nextUpdate: nextUpdate.toISOString(), entryCount, byteLength, sha256 };
  return newEvent(crlPublished, data, { subject: String(authorityId), at });
}

const snapshotSql = 'select version, base_number as "baseNumber", base_version as "baseVersion", base_at as "baseAt" from revocation_publication where authority_id = $1';

const listedColumns = 'serial_hex as "serialHex", revoked_at as "revokedAt", reason';

/** RFC 5280 section 3.3: an entry stays until it stood on one list by schedule that was made after its certificate had expired. */
const listedSql = `
  select ${listedColumns} from revocation
  where authority_id = $1 and serial_hex > $2 and not is_released and ($3::timestamptz is null or not_after > $3 or version > $4)
  order by serial_hex limit $5`;

/** RFC 5280 section 5.2.4: what is valid again is told, too. */
const changedSql = `
  select serial_hex as "serialHex", revoked_at as "revokedAt", case when is_released then 'removeFromCRL' else reason end as reason from revocation
  where authority_id = $1 and serial_hex > $2 and version > $3 order by serial_hex limit $4`;

const publishSql = `
  update revocation_publication set listed_version = $3, listed_at = $4, full_number = $2, delta_number = $5,
    base_number = case when $6::timestamptz is null then base_number else $2 end, base_version = case when $6::timestamptz is null then base_version else $3 end,
    base_at = coalesce($6, base_at), attempts = 0, next_try_at = null, last_error = null, claimed_until = clock_timestamp() + $7 * interval '1 millisecond'
  where authority_id = $1 and (full_number is null or full_number < $2) returning 1`;

/** What is on no list any more. Signed answers that are older than a release go with it: nothing else says that they do not hold. */
const forgetSql = `
  with gone as (
    delete from revocation where authority_id = $1 and ((is_released and version <= $4) or (not_after <= $2 and version <= $3)) returning serial_hex, version
  )
  delete from ocsp_response o using gone where o.authority_id = $1 and o.serial_hex = gone.serial_hex and o.version < gone.version`;

const storeSql = `
  insert into crl (authority_id, kind, number, base_number, version, this_update, next_update, entry_count, byte_length, sha256)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

const findSql = `
  select l.authority_id as "authorityId", p.slug, l.kind, l.number::text, l.base_number::text as "baseNumber", l.this_update as "thisUpdate",
    l.next_update as "nextUpdate", l.entry_count as "entryCount", l.byte_length as "byteLength", l.sha256
  from crl l join revocation_publication p on p.authority_id = l.authority_id
  where l.authority_id = $1 and l.kind = $2 order by l.number desc limit 1`;

const sliceSql = `
  select l.byte_length as "byteLength", (select s.bytes from crl_slice s where s.authority_id = l.authority_id and s.kind = l.kind and s.number = l.number and s.position = $4) as bytes
  from crl l where l.authority_id = $1 and l.kind = $2 and l.number = $3::bigint`;
