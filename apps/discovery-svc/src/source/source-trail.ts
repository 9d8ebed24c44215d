import { Inject, Injectable } from '@nestjs/common';
import { sourceCreated, sourceDeleted, sourceUpdated, type Principal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { auditEntry, newEvent, Outbox, type Audited } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';

const events = { created: sourceCreated, updated: sourceUpdated, deleted: sourceDeleted };

interface Facts {
  id: number;
  label: string;
  description: string;
  plugin: string;
}

/** Tells what was done to sources, and by whom: in the audit log and to whoever listens. */
@Injectable()
export class SourceTrail {
  constructor(
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async record(tx: Sql, principal: Principal, what: keyof typeof events, { id, label, description, plugin }: Facts, details: NonNullable<Audited['details']> = {}): Promise<void> {
    const at = this.clock.now();
    const entry = auditEntry(principal, { at, service: 'discovery', action: `source.${what}`, object: { type: 'source', id, name: label }, details: { plugin, ...details } });
    await this.outbox.record(tx, [entry], [newEvent(events[what], { id, label, description, plugin }, { at, subject: String(id) })]);
  }

  /** Somebody asked for a run; those by schedule are no decision of anybody. */
  async syncRequested(tx: Sql, principal: Principal, { id, label, plugin }: Facts, runId: number): Promise<void> {
    const entry = auditEntry(principal, { at: this.clock.now(), service: 'discovery', action: 'source.sync_requested', object: { type: 'source', id, name: label }, details: { plugin, runId } });
    await this.outbox.record(tx, [entry]);
  }
}
