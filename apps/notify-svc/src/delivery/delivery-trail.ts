import { Inject, Injectable } from '@nestjs/common';
import { notificationDelivered, notificationFailed, type Principal } from '@sifaka/contracts';
import type { Sql } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { auditEntry, newEvent, Outbox } from '@sifaka/messaging';
import { CLOCK } from '@sifaka/runtime';
import type { DeliveryRow } from './delivery.js';

const factsOf = ({ id, type, plugin, notification_id: notificationId, certificate_ids: certificateIds }: DeliveryRow) => ({ id, type, plugin, notificationId, certificateIds });

/** Tells whoever listens what became of messages. */
@Injectable()
export class DeliveryTrail {
  constructor(
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async delivered(tx: Sql, row: DeliveryRow): Promise<void> {
    await this.outbox.append(tx, [newEvent(notificationDelivered, factsOf(row), { at: this.clock.now(), subject: String(row.id) })]);
  }

  async failed(tx: Sql, row: DeliveryRow, error: string): Promise<void> {
    const data = { ...factsOf(row), error, attempts: row.attempts, nextTryAt: row.next_try_at?.toISOString() ?? null };
    await this.outbox.append(tx, [newEvent(notificationFailed, data, { at: this.clock.now(), subject: String(row.id) })]);
  }

  async askedAgain(tx: Sql, row: DeliveryRow, principal: Principal): Promise<void> {
    const object = { type: 'delivery', id: row.id, name: row.subject };
    await this.outbox.record(tx, [auditEntry(principal, { at: this.clock.now(), service: 'notify', action: 'delivery.retried', object, details: { type: row.type, plugin: row.plugin } })]);
  }
}
