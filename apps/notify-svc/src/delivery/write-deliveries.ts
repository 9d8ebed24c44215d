import { Inject, Injectable } from '@nestjs/common';
import type { Sql } from '@sifaka/database';
import { newId, type Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { MessageTemplates } from '../template/message-templates.js';
import { targetOf, type Draft } from './delivery.js';
import { factsOf } from './message-facts.js';
import { DeliveryRepository } from './delivery.repository.js';
import { DeliveryTurns } from './delivery-turns.repository.js';
import { severityOf } from './severity.js';

/** Puts messages into words and on their way, within the transaction of what they tell. */
@Injectable()
export class WriteDeliveries {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly turns: DeliveryTurns,
    private readonly templates: MessageTemplates,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @returns ids by origin; those that were written already are not among them */
  async run(tx: Sql, drafts: readonly Draft[]): Promise<ReadonlyMap<string, number>> {
    const written = new Map<string, number>();
    const targets = new Set<string>();
    for (const draft of drafts) {
      const id = await this.write(tx, draft);
      if (id === undefined) continue;
      written.set(draft.origin, id);
      targets.add(targetOf(draft));
    }
    for (const target of [...targets].sort()) await this.turns.wake(tx, target);
    return written;
  }

  private async write(tx: Sql, draft: Draft): Promise<number | undefined> {
    const at = this.clock.now();
    const { type, data, notification, plugin } = draft;
    const message = this.templates.render(type, data);
    const id = await this.deliveries.insert(tx, {
      message_id: newId(),
      origin: draft.origin,
      target: targetOf(draft),
      notification_id: notification?.id ?? null,
      notification_label: notification?.label ?? null,
      plugin,
      type,
      severity: severityOf(type, data),
      ...message,
      subject: message.subject.replaceAll(/\s+/g, ' ').trim(),
      recipients: [...draft.recipients],
      only_to: draft.isToThemAlone === true ? [...draft.recipients] : null,
      certificate_ids: [...draft.certificateIds],
      certificates: data.certificates,
      interval_days: data.intervalDays,
      facts: factsOf(data),
      state: 'pending',
      last_error: null,
      next_try_at: at,
      created_at: at,
    });
    if (id !== undefined) await this.deliveries.addStep(tx, id, { at, state: 'pending', detail: null });
    return id;
  }
}
