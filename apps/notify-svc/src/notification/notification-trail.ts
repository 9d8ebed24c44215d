import { Inject, Injectable } from '@nestjs/common';
import { notificationCreated, notificationDeleted, notificationUpdated, type Principal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { auditEntry, newEvent, Outbox, type Audited } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';

const events = { created: notificationCreated, updated: notificationUpdated, deleted: notificationDeleted };

interface Facts {
  id: number;
  label: string;
  plugin: string;
  active: boolean;
}

const object = ({ id, label }: Pick<Facts, 'id' | 'label'>) => ({ type: 'notification', id, name: label });

/** Tells what was done to notifications, and by whom: in the audit log and to whoever listens. */
@Injectable()
export class NotificationTrail {
  constructor(
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async record(tx: Sql, principal: Principal, what: keyof typeof events, all: readonly Facts[], details: NonNullable<Audited['details']> = {}): Promise<void> {
    if (all.length === 0) return;
    const at = this.clock.now();
    const entries = all.map((facts) => auditEntry(principal, { at, service: 'notify', action: `notification.${what}`, object: object(facts), details: { plugin: facts.plugin, active: facts.active, ...details } }));
    const told = all.map(({ id, label, plugin, active }) => newEvent(events[what], { id, label, plugin, active }, { at, subject: String(id) }));
    await this.outbox.record(tx, entries, told);
  }

  /** Something that leaves no trace in what is stored. */
  async noted(tx: Sql, principal: Principal, action: string, facts: Pick<Facts, 'id' | 'label'>, details: NonNullable<Audited['details']>): Promise<void> {
    await this.outbox.record(tx, [auditEntry(principal, { at: this.clock.now(), service: 'notify', action, object: object(facts), details })]);
  }
}
