import { Inject, Injectable } from '@nestjs/common';
import { builtInRoles } from '@sifaka/authz';
import type { Principal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { auditEntry, Outbox, type Audited, type NewEvent } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { AuditLogRepository } from './audit-log.repository.js';

export type Change = Omit<Audited, 'at' | 'service'>;

/** Writes what the gateway itself changes, in the transaction of the change: audit log, audit entries and events. */
@Injectable()
export class ChangeLog {
  constructor(
    private readonly log: AuditLogRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async record(tx: Sql, by: Principal, changes: readonly Change[], events: readonly ((at: Date) => NewEvent)[] = []): Promise<void> {
    const at = this.clock.now();
    const entries = changes.map((change) => auditEntry(by, { ...change, at, service: 'gateway' }));
    await this.log.add(tx, entries);
    await this.outbox.record(
      tx,
      entries,
      events.map((event) => event(at)),
    );
    for (const { action, object, actor, details } of entries) {
      if (details.role === builtInRoles.admin) this.logger.warn({ action, user: object.name, by: actor.name }, 'administrators change');
    }
  }
}
