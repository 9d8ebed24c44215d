import type { Sql } from '@sifaka/database';
import type { Sealed } from '../envelope/envelope.js';

export interface KnownMasterKey {
  readonly fingerprint: string;
  readonly firstSeenAt: Date;
  /** A known value sealed under it. */
  readonly wrappedKey: Buffer;
  readonly ciphertext: Buffer;
}

/** Rows that a sealed value is found in. */
export const sealedTables = ['key', 'secret'] as const;
export type SealedTable = (typeof sealedTables)[number];

/** One starting or retiring process at a time. Ends with the transaction. */
export async function lockMasterKeys(tx: Sql): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('sifaka.keyvault'), hashtext('master_key'))`);
}

export function activeMasterKeys(sql: Sql): Promise<KnownMasterKey[]> {
  return sql.query<KnownMasterKey>(
    `select fingerprint, first_seen_at as "firstSeenAt", canary_wrapped_key as "wrappedKey", canary_ciphertext as "ciphertext"
     from master_key where state = 'active' order by first_seen_at, fingerprint`,
  );
}

/** Fingerprints on the rows themselves. Reads whole tables: for a start without a register, which has few rows or a fault. */
export async function masterKeysOfRows(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ fingerprint: string }>(
    'select master_key as fingerprint from key union select master_key from secret order by 1',
  );
  return rows.map(({ fingerprint }) => fingerprint);
}

export async function isMasterKeyUsed(sql: Sql, fingerprint: string): Promise<boolean> {
  const [row] = await sql.query<{ used: boolean }>(
    'select exists (select 1 from key where master_key = $1) or exists (select 1 from secret where master_key = $1) as used',
    [fingerprint],
  );
  return row?.used ?? false;
}

export async function addMasterKey(tx: Sql, canary: Sealed, at: Date): Promise<void> {
  await tx.query(
    `insert into master_key (fingerprint, canary_wrapped_key, canary_ciphertext, first_seen_at) values ($1, $2, $3, $4)
     on conflict (fingerprint) do update
     set state = 'active', retired_at = null, canary_wrapped_key = excluded.canary_wrapped_key, canary_ciphertext = excluded.canary_ciphertext`,
    [canary.masterKey, canary.wrappedKey, canary.ciphertext, at],
  );
}

export async function retireMasterKey(tx: Sql, fingerprint: string, at: Date): Promise<void> {
  await tx.query(`update master_key set state = 'retired', retired_at = $2 where fingerprint = $1`, [fingerprint, at]);
}
