import { Injectable } from '@nestjs/common';
import { signatureOrphaned, type listSignatures, type OutputOf } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { newEvent, Outbox } from '@sifaka/messaging';

export type Signature = OutputOf<typeof listSignatures>['signatures'][number];

/** How far something of the key vault has been compared. */
export type CursorName = 'signatures' | 'keys';

/** SQL of the comparison with the key vault. */
@Injectable()
export class ReconcileRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  async cursor(name: CursorName): Promise<number> {
    const [row] = await this.database.query<{ sequence: number }>('select sequence from reconcile_cursor where name = $1', [name]);
    return row?.sequence ?? 0;
  }

  async moveCursor(name: CursorName, sequence: number, sql: Sql = this.database): Promise<void> {
    await sql.query(
      `insert into reconcile_cursor (name, sequence) values ($1, $2)
       on conflict (name) do update set sequence = greatest(reconcile_cursor.sequence, excluded.sequence)`,
      [name, sequence],
    );
  }

  /** Certificates with these serials: the same serial says little, the signed bytes say all. */
  async certificatesWithSerials(serials: readonly string[]): Promise<Map<string, Buffer[]>> {
    const rows = await this.database.query<{ serial_hex: string; der: Buffer }>(signedSql, [serials]);
    const found = new Map<string, Buffer[]>();
    for (const { serial_hex: serial, der } of rows) found.set(serial, [...(found.get(serial) ?? []), der]);
    return found;
  }

  /** Keeps signatures without certificate and moves the cursor past everything compared, in one transaction. */
  async keepOrphans(orphans: readonly Signature[], comparedTo: number, at: Date): Promise<void> {
    await this.database.transaction(async (tx) => {
      for (const orphan of orphans) await this.keepOrphan(tx, orphan, at);
      await this.moveCursor('signatures', comparedTo, tx);
    });
  }

  /** Those among the keys that no certificate, present or to come, and no authority uses. */
  async unusedAmong(keyIds: readonly string[]): Promise<string[]> {
    const rows = await this.database.query<{ key_id: string }>(unusedSql, [keyIds]);
    return rows.map(({ key_id: id }) => id);
  }

  /** Keys that were released after the cursor had passed them. */
  async releasedKeys(limit: number): Promise<string[]> {
    const rows = await this.database.query<{ key_id: string }>('select key_id::text from released_key order by key_id limit $1', [limit]);
    return rows.map(({ key_id: id }) => id);
  }

  async forgetReleased(keyIds: readonly string[]): Promise<void> {
    await this.database.query('delete from released_key where key_id = any($1::uuid[])', [keyIds]);
  }

  private async keepOrphan(tx: Sql, orphan: Signature, at: Date): Promise<void> {
    const serialHex = orphan.serialHex ?? '';
    const [kept] = await tx.query<{ authority_id: number | null }>(keepSql, [
      orphan.sequence,
      orphan.keyId,
      serialHex,
      Buffer.from(orphan.tbsDer, 'base64'),
      orphan.signatureDer === null ? null : Buffer.from(orphan.signatureDer, 'base64'),
      orphan.signedAt,
    ]);
    // Kept by an earlier run: it was told of then.
    if (kept === undefined) return;
    await this.outbox.append(tx, [newEvent(signatureOrphaned, { authorityId: kept.authority_id, serialHex, signedAt: orphan.signedAt }, { subject: serialHex, at })]);
  }
}

/** Responders sign answers about certificates, and are in no inventory. */
const signedSql = `
  select serial_hex, der from certificate where serial_hex = any($1::text[])
  union all select serial_hex, der from ocsp_responder where serial_hex = any($1::text[])`;

const keepSql = `
  insert into orphan_signature (sequence, authority_id, key_id, serial_hex, tbs, signature, signed_at)
  values ($1, (select id from authority where key_id = $2::uuid limit 1), $2::uuid, $3, $4, $5, $6)
  on conflict (sequence) do nothing returning authority_id`;

const unusedSql = `
  select k.id::text as key_id from unnest($1::uuid[]) as k(id)
  where not exists (select from certificate c where c.key_id = k.id) and not exists (select from authority a where a.key_id = k.id)
    and not exists (select from ocsp_responder r where r.key_id = k.id)
    and not exists (select from pending_certificate p where p.key_id = k.id and (p.state <> 'cancelled' or p.watched_until is not null))`;
