import { Inject, Injectable } from '@nestjs/common';
import { accessRulesOf, allow, type AccessRules } from '@sifaka/authz';
import type { DeliveryRecord, getDelivery, InputOf, listDeliveries, OutputOf, Principal } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { AppError, timestamp, type Clock } from '@sifaka/kernel';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { NotifyConfig } from '../notify.config.js';
import { DeliveryRepository } from './delivery.repository.js';
import { DeliveryTrail } from './delivery-trail.js';
import { DeliveryTurns } from './delivery-turns.repository.js';
import { deliveryView } from './delivery.view.js';

@Injectable()
export class ReadDeliveries {
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

  async list(input: InputOf<typeof listDeliveries>): Promise<OutputOf<typeof listDeliveries>> {
    const { rows, total, nextCursor } = await this.deliveries.list(input);
    return { items: rows.map(deliveryView), total, nextCursor };
  }

  async get(id: number): Promise<OutputOf<typeof getDelivery>> {
    const row = await this.deliveries.byId(id);
    if (row === undefined) throw noSuchDelivery(id);
    const history = (await this.deliveries.steps(id)).map(({ at, state, detail }) => ({ at: timestamp(at), state, detail }));
    return { ...deliveryView(row), text: row.text, html: row.html, history };
  }

  /** @throws AppError `failed_precondition` for one that is being sent, was delivered or dropped */
  async retry(id: number, principal: Principal): Promise<DeliveryRecord> {
    allow(principal, 'notification:write', null, this.rules);
    const now = this.clock.now();
    const row = await this.database.transaction(async (tx) => {
      const again = await this.turns.again(tx, id, now);
      if (again === undefined) throw await this.refusal(id);
      await this.turns.pause(tx, again.target, null);
      await this.deliveries.addStep(tx, id, { at: now, state: 'pending', detail: principal.kind === 'user' ? `asked for again by ${principal.username}` : 'asked for again' });
      await this.trail.askedAgain(tx, again, principal);
      await this.turns.wake(tx, again.target);
      return again;
    });
    return deliveryView(row);
  }

  private async refusal(id: number): Promise<AppError> {
    const row = await this.deliveries.byId(id);
    if (row === undefined) return noSuchDelivery(id);
    return new AppError('failed_precondition', `delivery ${id} is ${row.state}: only what waits or has failed can be tried again`, { reason: 'delivery.not_retryable' });
  }
}

const noSuchDelivery = (id: number): AppError => new AppError('not_found', `delivery ${id} does not exist`);
