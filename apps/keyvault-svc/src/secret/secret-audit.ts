import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import type { Sql } from '@sifaka/database';
import { auditEntry, Outbox, type CallContext } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';

/** Writes down what happens to secrets: whose, which, by whom. */
@Injectable()
export class SecretAudit {
  constructor(
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async add(
    tx: Sql,
    action: 'secret.stored' | 'secret.resolved' | 'secret.deleted',
    secrets: readonly { id: string; label: string }[],
    call: CallContext,
  ): Promise<void> {
    if (secrets.length === 0) return;
    const at = this.clock.now();
    const entries = secrets.map(({ id, label }) =>
      auditEntry(call, { at, service: 'keyvault', action, object: { type: 'secret', id, name: label }, details: { caller: call.caller } }),
    );
    await this.outbox.record(tx, entries);
  }
}
