import { Injectable } from '@nestjs/common';
import { newId } from '@sifaka/kernel';
import type { InputOf, OutputOf, putSecrets } from '@sifaka/contracts';
import type { CallContext } from '@sifaka/messaging';
import { Envelope } from '../envelope/envelope.js';
import { refOf } from './secret-ref.js';
import { SecretRepository } from './secret.repository.js';

/** Stores secrets of the calling service and hands out references that mean nothing to any other. */
@Injectable()
export class PutSecrets {
  constructor(
    private readonly envelope: Envelope,
    private readonly secrets: SecretRepository,
  ) {}

  async run({ secrets }: InputOf<typeof putSecrets>, call: CallContext): Promise<OutputOf<typeof putSecrets>> {
    const rows = secrets.map(({ value, label }) => {
      const id = newId();
      const bytes = Buffer.from(value);
      const sealed = this.envelope.seal(bytes, { table: 'secret', id, owner: call.caller, purpose: 'secret' });
      bytes.fill(0);
      return { id, label, sealed };
    });
    await this.secrets.add(call.caller, rows);
    return { refs: rows.map(({ id }) => refOf(id)) };
  }
}
