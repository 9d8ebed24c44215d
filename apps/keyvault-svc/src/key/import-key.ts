import { createPublicKey } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AppError, newId, type Clock } from '@sifaka/kernel';
import type { importKey, InputOf, KeyPurpose, OutputOf } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { auditEntry, Outbox, type CallContext } from '@sifaka/messaging';
import { assertServedKey, fromPkcs8Der, isConsistent, rsaExponentOf, toPkcs8Der, type KeyFacts } from '@sifaka/pki';
import { CLOCK } from '@sifaka/runtime';
import { Envelope } from '../envelope/envelope.js';
import { KeyRepository } from './key.repository.js';

/** Takes in a key that was made elsewhere, if it is whole and not known to be breakable. */
@Injectable()
export class ImportKey {
  constructor(
    private readonly envelope: Envelope,
    private readonly keys: KeyRepository,
    private readonly database: Database,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run({ pkcs8Der, purpose }: InputOf<typeof importKey>, call: CallContext): Promise<OutputOf<typeof importKey>> {
    const { pkcs8, spki, facts } = readKey(pkcs8Der, purpose);
    const id = newId();
    const owner = call.caller;
    const sealed = this.envelope.seal(pkcs8, { table: 'key', id, owner, purpose });
    pkcs8.fill(0);
    const { type: keyType, bits } = facts;
    const entry = auditEntry(call, {
      at: this.clock.now(),
      service: 'keyvault',
      action: 'key.imported',
      object: { type: 'key', id },
      details: { purpose, keyType, bits },
    });
    await this.database.transaction(async (tx) => {
      await this.keys.addWithin(tx, [{ id, owner, purpose, keyType, bits, spki, sealed }]);
      await this.outbox.record(tx, [entry]);
    });
    return { keyId: id, publicKeyDer: spki.toString('base64'), keyType, bits };
  }
}

function readKey(pkcs8Der: string, purpose: KeyPurpose): { pkcs8: Buffer; spki: Buffer; facts: KeyFacts } {
  const given = Buffer.from(pkcs8Der, 'base64');
  try {
    const key = fromPkcs8Der(given);
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
    const facts = assertServedKey(spki, 'privateKey');
    assertStrength(facts, rsaExponentOf(spki), purpose);
    if (!isConsistent(key)) throw refusal('its public half does not belong to its private half');
    // Written anew: attributes and other oddities of the given bytes do not stay.
    return { pkcs8: toPkcs8Der(key), spki, facts };
  } finally {
    given.fill(0);
  }
}

/** Factored in public long ago (RSA-768 in 2009); authorities keep to the CA/Browser Forum's least size. */
const leastRsaBits = { certificate: 1_024, account: 2_048, authority: 2_048, responder: 2_048 } as const;

function assertStrength({ kind, bits }: KeyFacts, exponent: bigint | null, purpose: KeyPurpose): void {
  const least = leastRsaBits[purpose];
  if (kind === 'rsa' && bits < least) throw refusal(`RSA key has ${bits} bits, a key of purpose ${purpose} needs ${least} or more`);
  if (exponent !== null && exponent < 3n) throw refusal(`RSA key has the public exponent ${exponent}, it must be 3 or more`);
}

const refusal = (message: string): AppError =>
  new AppError('invalid_argument', `privateKey: ${message}`, { reason: 'key.not_accepted', fields: [{ path: 'privateKey', message }] });
