import { Injectable } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { InputOf, OutputOf, resolveSecrets } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import type { CallContext } from '@sifaka/messaging';
import { Envelope } from '../envelope/envelope.js';
import { SecretAudit } from './secret-audit.js';
import { idOf } from './secret-ref.js';
import { SecretRepository, type StoredSecret } from './secret.repository.js';

/** Returns secrets to the service that stored them. */
@Injectable()
export class ResolveSecrets {
  constructor(
    private readonly envelope: Envelope,
    private readonly secrets: SecretRepository,
    private readonly audit: SecretAudit,
    private readonly database: Database,
  ) {}

  async run({ refs }: InputOf<typeof resolveSecrets>, call: CallContext): Promise<OutputOf<typeof resolveSecrets>> {
    const ids = refs.map((ref) => idOf(ref) ?? unknown(ref));
    const rows = new Map((await this.secrets.find(call.caller, ids)).map((row) => [row.id, row]));
    const values = ids.map((id, index) => this.open(rows.get(id) ?? unknown(refs[index] ?? ''), call.caller));
    // On record before they leave.
    await this.database.transaction((tx) => this.audit.add(tx, 'secret.resolved', [...rows.values()], call));
    return { values };
  }

  private open(row: StoredSecret, owner: string): string {
    const bytes = this.envelope.open(row, { table: 'secret', id: row.id, owner, purpose: 'secret' });
    const value = bytes.toString();
    bytes.fill(0);
    return value;
  }
}

/** The same words whether the secret is of another service or of nobody. */
function unknown(ref: string): never {
  throw new AppError('not_found', `there is no ${ref}`, { reason: 'secret.not_found' });
}
