import { Injectable } from '@nestjs/common';
import type { Sql } from '@sifaka/database';

export interface KeyAccess {
  readonly keyId: string;
  readonly caller: string;
  readonly actor: string;
  readonly reason: string;
  readonly objectName: string;
  readonly at: Date;
}

/** Every private key that left the vault: which, to whom, why. */
@Injectable()
export class KeyAccessJournal {
  async add(tx: Sql, { keyId, caller, actor, reason, objectName, at }: KeyAccess): Promise<void> {
    await tx.query(
      'insert into key_access_journal (key_id, caller, actor, reason, object_name, accessed_at) values ($1, $2, $3, $4, $5, $6)',
      [keyId, caller, actor, reason, objectName, at],
    );
  }
}
