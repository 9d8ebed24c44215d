import { Injectable } from '@nestjs/common';
import type { deleteSecrets, InputOf, OutputOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import type { CallContext } from '@sifaka/messaging';
import { SecretAudit } from './secret-audit.js';
import { idOf } from './secret-ref.js';
import { SecretRepository } from './secret.repository.js';

/** Removes secrets of the calling service for good. */
@Injectable()
export class DeleteSecrets {
  constructor(
    private readonly secrets: SecretRepository,
    private readonly audit: SecretAudit,
    private readonly database: Database,
  ) {}

  async run({ refs }: InputOf<typeof deleteSecrets>, call: CallContext): Promise<OutputOf<typeof deleteSecrets>> {
    const ids = refs.flatMap((ref) => idOf(ref) ?? []);
    const deleted = await this.database.transaction(async (tx) => {
      const rows = await this.secrets.delete(tx, call.caller, ids);
      await this.audit.add(tx, 'secret.deleted', rows, call);
      return rows;
    });
    return { deleted: deleted.length };
  }
}
