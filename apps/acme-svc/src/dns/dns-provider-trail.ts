import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { auditEntry, Outbox, type Audited } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';

/** What was done to DNS providers, and by whom. */
@Injectable()
export class DnsProviderTrail {
  constructor(
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  record(tx: Sql, principal: Principal, action: string, { id, name }: { id: number; name: string }, details: Audited['details']): Promise<void> {
    const entry = auditEntry(principal, { at: this.clock.now(), service: 'acme', action, object: { type: 'dns_provider', id, name }, ...(details && { details }) });
    return this.outbox.record(tx, [entry]);
  }
}
