import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import type { deleteKeys, InputOf, OutputOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { auditEntry, Outbox, type CallContext } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { SigningKeys } from '../signing/signing-keys.js';
import { KeyRepository } from './key.repository.js';

/** Removes keys of the calling service for good. What they signed stays in the journal. */
@Injectable()
export class DeleteKeys {
  constructor(
    private readonly keys: KeyRepository,
    private readonly signingKeys: SigningKeys,
    private readonly database: Database,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run({ keyIds }: InputOf<typeof deleteKeys>, call: CallContext): Promise<OutputOf<typeof deleteKeys>> {
    const deleted = await this.database.transaction(async (tx) => {
      const rows = await this.keys.delete(tx, call.caller, keyIds);
      const entries = rows.map(({ id, purpose }) =>
        auditEntry(call, {
          at: this.clock.now(),
          service: 'keyvault',
          action: 'key.deleted',
          object: { type: 'key', id },
          details: { purpose },
        }),
      );
      if (entries.length > 0) await this.outbox.record(tx, entries);
      return rows;
    });
    this.signingKeys.forget(deleted.map(({ id }) => id));
    return { deleted: deleted.length };
  }
}
