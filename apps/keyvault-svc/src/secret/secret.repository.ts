import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { Database, type NamedStatement, type Sql } from '@sifaka/database';
import { CLOCK } from '@sifaka/runtime';
import type { Sealed } from '../envelope/envelope.js';
import { retiredMasterKey } from '../key/key.repository.js';

export interface NewSecret {
  readonly id: string;
  readonly label: string;
  readonly sealed: Sealed;
}

export interface StoredSecret extends Sealed {
  readonly id: string;
  readonly label: string;
}

@Injectable()
export class SecretRepository {
  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async add(tx: Sql, owner: string, secrets: readonly NewSecret[]): Promise<void> {
    const masterKey = secrets[0]?.sealed.masterKey;
    const [added] = await tx.query<{ count: number }>(insertSecrets, [
      secrets.map(({ id }) => id),
      secrets.map(({ label }) => label),
      secrets.map(({ sealed }) => sealed.wrappedKey),
      secrets.map(({ sealed }) => sealed.ciphertext),
      owner,
      masterKey,
      this.clock.now(),
    ]);
    if (added?.count !== secrets.length) throw retiredMasterKey(masterKey);
  }

  find(owner: string, ids: readonly string[]): Promise<StoredSecret[]> {
    return this.database.query<StoredSecret>(findSecrets, [owner, ids]);
  }

  /** Removes secrets of the owner and returns those that were there. */
  delete(tx: Sql, owner: string, ids: readonly string[]): Promise<{ id: string; label: string }[]> {
    return tx.query<{ id: string; label: string }>('delete from secret where owner = $1 and id = any($2::uuid[]) returning id, label', [
      owner,
      ids,
    ]);
  }
}

const insertSecrets: NamedStatement = {
  name: 'insert-secrets',
  text: `
    with added as (
      insert into secret (id, label, wrapped_key, ciphertext, owner, master_key, created_at)
      select row.*, $5, $6, $7::timestamptz
      from unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[]) as row
      where exists (select 1 from master_key where fingerprint = $6 and state = 'active')
      returning 1
    )
    select count(*)::int as count from added`,
};

const findSecrets: NamedStatement = {
  name: 'find-secrets',
  text: `
    select id, label, master_key as "masterKey", wrapped_key as "wrappedKey", ciphertext
    from secret where owner = $1 and id = any($2::uuid[])`,
};
