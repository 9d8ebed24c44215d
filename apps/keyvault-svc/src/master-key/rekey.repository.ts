import { Injectable } from '@nestjs/common';
import { Database } from '@sifaka/database';
import type { Sealed } from '../envelope/envelope.js';
import type { SealedTable } from './master-key.repository.js';

/** A row under an old master key. */
export interface OldRow extends Sealed {
  readonly id: string;
  readonly sequence: number;
  readonly owner: string;
  readonly purpose: string;
}

@Injectable()
export class RekeyRepository {
  constructor(private readonly database: Database) {}

  async begin(masterKey: string, at: Date): Promise<number> {
    const [row] = await this.database.query<{ id: number }>('insert into rekey_run (master_key, started_at) values ($1, $2) returning id', [
      masterKey,
      at,
    ]);
    return row?.id ?? 0;
  }

  async progress(runId: number, rewrapped: number): Promise<void> {
    await this.database.query('update rekey_run set rewrapped = $2 where id = $1', [runId, rewrapped]);
  }

  async finish(runId: number, retired: readonly string[], at: Date): Promise<void> {
    await this.database.query('update rekey_run set retired = $2, finished_at = $3 where id = $1', [runId, retired, at]);
  }

  /** The next rows in the order of owner and sequence that are not under the given master key. */
  next(table: SealedTable, masterKey: string, after: { owner: string; sequence: number }, limit: number): Promise<OldRow[]> {
    const purpose = table === 'key' ? 'purpose' : `'secret'`;
    return this.database.query<OldRow>(
      `select id, sequence, owner, ${purpose} as purpose, master_key as "masterKey", wrapped_key as "wrappedKey", ciphertext
       from ${table} where (owner, sequence) > ($1, $2) and master_key <> $3
       order by owner, sequence limit $4`,
      [after.owner, after.sequence, masterKey, limit],
    );
  }

  /** Replaces wrapped data keys where they are still what was read. */
  async replace(table: SealedTable, rows: readonly { old: OldRow; rewrapped: Sealed }[]): Promise<number> {
    const replaced = await this.database.query(
      `update ${table} as target set master_key = row.new_master_key, wrapped_key = row.new_wrapped_key
       from unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[]) as row (id, old_master_key, new_master_key, new_wrapped_key)
       where target.id = row.id and target.master_key = row.old_master_key
       returning 1`,
      [
        rows.map(({ old }) => old.id),
        rows.map(({ old }) => old.masterKey),
        rows.map(({ rewrapped }) => rewrapped.masterKey),
        rows.map(({ rewrapped }) => rewrapped.wrappedKey),
      ],
    );
    return replaced.length;
  }
}
