import { Inject, Injectable } from '@nestjs/common';
import { newId, type Clock } from '@sifaka/kernel';
import type { generateKeys, InputOf, OutputOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { auditEntry, Outbox, type CallContext } from '@sifaka/messaging';
import { describeKey, keyTypes } from '@sifaka/pki';
import { CLOCK } from '@sifaka/runtime';
import { Envelope } from '../envelope/envelope.js';
import { KeyRepository, type NewKey } from './key.repository.js';
import { MakeKey, offeredKeyType } from './make-key.js';
import { signRequest } from './sign-request.js';

type Input = InputOf<typeof generateKeys>;
type Asked = Input['keys'][number];
type Answer = OutputOf<typeof generateKeys>;

/** Makes keys, stores them encrypted, and hands out their public halves once they are stored. */
@Injectable()
export class GenerateKeys {
  constructor(
    private readonly makeKey: MakeKey,
    private readonly envelope: Envelope,
    private readonly keys: KeyRepository,
    private readonly database: Database,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run({ keys: asked }: Input, call: CallContext): Promise<Answer> {
    // All of them before the first key is made: half a batch helps nobody.
    asked.forEach(({ keyType }, index) => void offeredKeyType(keyType, `keys.${index}.keyType`));
    const made: Made[] = [];
    for (let start = 0; start < asked.length; start += keysPerTurn) {
      if (start > 0) await nextTurn();
      const turn = asked.slice(start, start + keysPerTurn);
      made.push(...(await Promise.all(turn.map((one, index) => this.make(one, `keys.${start + index}`, call)))));
    }
    await this.store(
      made.map(({ key }) => key),
      call,
    );
    return {
      keys: made.map(({ key, csr }) => ({
        keyId: key.id,
        publicKeyDer: key.spki.toString('base64'),
        csrDer: csr?.toString('base64') ?? null,
      })),
    };
  }

  private async make({ keyType, purpose, csr }: Asked, field: string, call: CallContext): Promise<Made> {
    const type = offeredKeyType(keyType, `${field}.keyType`);
    const material = await this.makeKey.run(type, csr !== null, {
      signal: call.signal,
      patienceMs: call.deadlineAt.getTime() - this.clock.now().getTime(),
    });
    const id = newId();
    const owner = call.caller;
    try {
      const sealed = this.envelope.seal(material.pkcs8, { table: 'key', id, owner, purpose });
      const request = csr === null ? null : signRequest(material, csr);
      return {
        key: { id, owner, purpose, keyType: describeKey(material.spki).type, bits: keyTypes[type].bits, spki: material.spki, sealed },
        csr: request,
      };
    } finally {
      material.pkcs8.fill(0);
    }
  }

  private async store(keys: readonly NewKey[], call: CallContext): Promise<void> {
    const authorityKeys = keys.filter(({ purpose }) => purpose === 'authority');
    if (authorityKeys.length === 0) return this.keys.add(keys);
    // Keys of certificates are told of by the certificate's own entry; one that can sign certificates is an event in itself.
    const entries = authorityKeys.map(({ id, keyType }) =>
      auditEntry(call, {
        at: this.clock.now(),
        service: 'keyvault',
        action: 'key.generated',
        object: { type: 'key', id },
        details: { purpose: 'authority', keyType },
      }),
    );
    await this.database.transaction(async (tx) => {
      await this.keys.addWithin(tx, keys);
      await this.outbox.record(tx, entries);
    });
  }
}

interface Made {
  key: NewKey;
  csr: Buffer | null;
}

// A P-256 key with its encryption takes 80 µs: 32 of them hold the event loop for less than 3 ms.
const keysPerTurn = 32;

const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve));
