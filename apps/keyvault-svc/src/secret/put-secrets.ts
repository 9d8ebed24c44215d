import { Injectable } from '@nestjs/common';
import { newId } from '@sifaka/kernel';
import type { InputOf, OutputOf, putSecrets } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import type { CallContext } from '@sifaka/messaging';
import { Envelope } from '../envelope/envelope.js';
import { SecretAudit } from './secret-audit.js';
import { refOf } from './secret-ref.js';
import { SecretRepository } from './secret.repository.js';

/** Stores secrets of the calling service and hands out references that mean nothing to any other. */
@Injectable()
export class PutSecrets {
  constructor(
    private readonly envelope: Envelope,
    private readonly secrets: SecretRepository,
    private readonly audit: SecretAudit,
    private readonly database: Database,
  ) {}

  async run({ secrets }: InputOf<typeof putSecrets>, call: CallContext): Promise<OutputOf<typeof putSecrets>> {
    const rows = secrets.map(({ value, label }) => {
      const id = newId();
      const bytes = Buffer.from(value);
      const sealed = this.envelope.seal(bytes, { table: 'secret', id, owner: call.caller, purpose: 'secret' });
      bytes.fill(0);
      return { id, label, sealed };
    });
    await this.database.transaction(async (tx) => {
      await this.secrets.add(tx, call.caller, rows);
      await this.audit.add(tx, 'secret.stored', rows, call);
    });
    return { refs: rows.map(({ id }) => refOf(id)) };
  }
}
