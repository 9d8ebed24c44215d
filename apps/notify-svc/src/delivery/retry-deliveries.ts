import { Inject, Injectable } from '@nestjs/common';
import { accessRulesOf, allow, type AccessRules } from '@sifaka/authz';
import type { DeliveryRecord, InputOf, OutputOf, Principal, retryFailedDeliveries } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError, type Clock } from '@sifaka/kernel';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { NotifyConfig } from '../notify.config.js';
import { targetOf, type DeliveryRow } from './delivery.js';
import { DeliveryRepository } from './delivery.repository.js';
import { DeliveryTrail } from './delivery-trail.js';
import { DeliveryTurns } from './delivery-turns.repository.js';
import { deliveryView } from './delivery.view.js';
import { noSuchDelivery } from './read-deliveries.js';

/** Of one request. */
const mostAtOnce = 1_000;

/** Sends once more what waits or was given up. */
@Injectable()
export class RetryDeliveries {
  private readonly rules: AccessRules;

  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveryRepository,
    private readonly turns: DeliveryTurns,
    private readonly trail: DeliveryTrail,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: NotifyConfig,
  ) {
    this.rules = accessRulesOf(config);
  }

  /** @throws AppError `failed_precondition` for one that is being sent, was delivered or dropped */
  async one(id: number, principal: Principal): Promise<DeliveryRecord> {
    allow(principal, 'notification:write', null, this.rules);
    const now = this.clock.now();
    const row = await this.database.transaction(async (tx) => {
      const again = await this.turns.again(tx, id, now);
      if (again === undefined) throw await this.refusal(id);
      await this.turns.pause(tx, again.target, null);
      await this.deliveries.addStep(tx, id, { at: now, state: 'pending', detail: askedBy(principal) });
      await this.trail.askedAgain(tx, again, principal);
      await this.turns.wake(tx, again.target);
      return again;
    });
    return deliveryView(row);
  }

  /** Those that were given up; what waits there is due as well. */
  async failed({ notificationId }: InputOf<typeof retryFailedDeliveries>, principal: Principal): Promise<OutputOf<typeof retryFailedDeliveries>> {
    if (notificationId === null) allow(principal, 'administer', { what: 'try all failed deliveries again' });
    else allow(principal, 'notification:write', null, this.rules);
    const now = this.clock.now();
    const target = notificationId === null ? null : targetOfNotification(notificationId);
    const rows = await this.database.transaction(async (tx) => {
      const all = await this.turns.failedAgain(tx, target, now, mostAtOnce);
      for (const row of all) {
        await this.deliveries.addStep(tx, row.id, { at: now, state: 'pending', detail: askedBy(principal) });
        await this.trail.askedAgain(tx, row, principal);
      }
      // In one order, for whoever does the same at the same time.
      const targets = target === null ? [...new Set(all.map((row) => row.target))].sort() : [target];
      for (const each of targets) await this.turns.reopen(tx, each, now);
      return all;
    });
    return { retriedIds: rows.map(({ id }) => id).sort((a, b) => a - b) };
  }

  /** Its options may be right now: nobody waits for the end of a pause. */
  async reopen(notificationId: number): Promise<void> {
    await this.database.transaction((tx) => this.turns.reopen(tx, targetOfNotification(notificationId), this.clock.now()));
  }

  private async refusal(id: number): Promise<AppError> {
    const row = await this.deliveries.byId(id);
    if (row === undefined) return noSuchDelivery(id);
    return new AppError('failed_precondition', `delivery ${id} is ${row.state}: only what waits or has failed can be tried again`, { reason: 'delivery.not_retryable' });
  }
}

const askedBy = (principal: Principal): string => (principal.kind === 'user' ? `asked for again by ${principal.username}` : 'asked for again');

const targetOfNotification = (id: number): DeliveryRow['target'] => targetOf({ notification: { id, label: '' }, plugin: '' });
