import { Injectable, Inject } from '@nestjs/common';
import type { AuditEntry, Principal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import { AppError, type Clock } from '@sifaka/kernel';
import { auditEntry, Outbox, type Audited, type NewEvent } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import { AuditLogRepository } from './audit-log.repository.js';

export type Change = Omit<Audited, 'at' | 'service'>;

/** Writes what the gateway itself changes, in the transaction of the change: audit log, audit entries and events. */
@Injectable()
export class ChangeLog {
  constructor(
    private readonly log: AuditLogRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async record(tx: Sql, by: Principal, changes: readonly Change[], events: readonly NewEvent[] = []): Promise<void> {
    const at = this.clock.now();
    const entries: AuditEntry[] = changes.map((change) => auditEntry(by, { ...change, at, service: 'gateway' }));
    if (entries.length === 0 && events.length > 0) throw new AppError('internal', 'internal error', { cause: new Error('a change without an audit entry') });
    await this.log.add(tx, entries);
    await this.outbox.record(tx, entries, events);
  }
}
