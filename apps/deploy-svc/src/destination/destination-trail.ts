import { Inject, Injectable } from '@nestjs/common';
import { destinationCreated, destinationDeleted, destinationUpdated, type Principal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { auditEntry, newEvent, Outbox, type Audited } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';

const events = { created: destinationCreated, updated: destinationUpdated, deleted: destinationDeleted };

/** Tells what was done to destinations, and by whom: in the audit log and to whoever listens. */
@Injectable()
export class DestinationTrail {
  constructor(
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** It is being cleaned from now on; it is deleted when that is done. */
  async deletionRequested(tx: Sql, principal: Principal, { id, label, plugin }: { id: number; label: string; plugin: string }): Promise<void> {
    await this.outbox.record(tx, [auditEntry(principal, { at: this.clock.now(), service: 'deploy', action: 'destination.deletion_requested', object: { type: 'destination', id, name: label }, details: { plugin } })]);
  }

  async record(
    tx: Sql,
    principal: Principal,
    what: keyof typeof events,
    { id, label, description, plugin }: { id: number; label: string; description: string; plugin: string },
    details: NonNullable<Audited['details']> = {},
  ): Promise<void> {
    const at = this.clock.now();
    const entry = auditEntry(principal, { at, service: 'deploy', action: `destination.${what}`, object: { type: 'destination', id, name: label }, details: { plugin, ...details } });
    await this.outbox.record(tx, [entry]);
    await this.outbox.append(tx, [newEvent(events[what], { id, label, description, plugin }, { at, subject: String(id) })]);
  }
}
