import { Inject, Injectable } from '@nestjs/common';
import { AppError, type Clock } from '@sifaka/kernel';
import type { exportKey, InputOf, OutputOf, ServiceName } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { auditEntry, Outbox, type CallContext } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { Envelope } from '../envelope/envelope.js';
import { KeyAccessJournal } from './key-access-journal.repository.js';
import { KeyRepository, type StoredKey } from './key.repository.js';

/** Hands out the private key of a certificate, after it is on record who saw it and why. */
@Injectable()
export class ExportKey {
  constructor(
    private readonly envelope: Envelope,
    private readonly keys: KeyRepository,
    private readonly journal: KeyAccessJournal,
    private readonly database: Database,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run({ keyId, reason, objectName }: InputOf<typeof exportKey>, call: CallContext): Promise<OutputOf<typeof exportKey>> {
    const key = await this.get(keyId, call.caller);
    const { owner, purpose } = key;
    const pkcs8 = this.envelope.open(key, { table: 'key', id: keyId, owner, purpose });
    try {
      const at = this.clock.now();
      const entry = auditEntry(call, {
        at,
        service: 'keyvault',
        action: 'key.exported',
        object: { type: 'key', id: keyId, name: objectName },
        details: { reason, caller: call.caller },
      });
      await this.database.transaction(async (tx) => {
        await this.journal.add(tx, { keyId, caller: call.caller, actor: entry.actor.name, reason, objectName, at });
        await this.outbox.record(tx, [entry]);
      });
      return { pkcs8Der: pkcs8.toString('base64') };
    } finally {
      pkcs8.fill(0);
    }
  }

  private async get(keyId: string, caller: ServiceName): Promise<StoredKey> {
    const [key] = await this.keys.find([keyId]);
    // Keys of others do not exist for a caller; deploy-svc works with those that issuer-svc made.
    const owner = caller === 'deploy' ? 'issuer' : caller;
    if (key?.owner !== owner) throw new AppError('not_found', `there is no key ${keyId}`, { reason: 'key.not_found' });
    if (key.purpose !== 'certificate') {
      throw new AppError(
        'permission_denied',
        `key ${keyId} has the purpose ${key.purpose}: only keys of certificates leave the key vault`,
        {
          reason: 'key.not_exportable',
        },
      );
    }
    return key;
  }
}
