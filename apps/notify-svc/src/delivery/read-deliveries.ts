import { Inject, Injectable } from '@nestjs/common';
import type { DeliveryRecord, getDelivery, InputOf, listDeliveries, OutputOf } from '@sifaka/contracts';
import { AppError, timestamp, type Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import type { DeliveryRow } from './delivery.js';
import { DeliveryRepository } from './delivery.repository.js';
import { DeliveryTurns } from './delivery-turns.repository.js';
import { deliveryView } from './delivery.view.js';

@Injectable()
export class ReadDeliveries {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly turns: DeliveryTurns,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(input: InputOf<typeof listDeliveries>): Promise<OutputOf<typeof listDeliveries>> {
    const { rows, total, nextCursor } = await this.deliveries.list(input);
    return { items: await this.views(rows), total, nextCursor };
  }

  async get(id: number): Promise<OutputOf<typeof getDelivery>> {
    const row = await this.deliveries.byId(id);
    if (row === undefined) throw noSuchDelivery(id);
    const [view] = await this.views([row]);
    if (view === undefined) throw noSuchDelivery(id);
    const history = (await this.deliveries.steps(id)).map(({ at, state, detail }) => ({ at: timestamp(at), state, detail }));
    return { ...view, text: row.text, html: row.html, history };
  }

  /** What goes to a place that is left alone waits for that, whenever its own turn would be. */
  private async views(rows: readonly DeliveryRow[]): Promise<DeliveryRecord[]> {
    const pauses = await this.turns.pauses([...new Set(rows.filter(({ state }) => state === 'pending').map(({ target }) => target))], this.clock.now());
    return rows.map((row) => deliveryView(row, pauses.get(row.target)));
  }
}

export const noSuchDelivery = (id: number): AppError => new AppError('not_found', `delivery ${id} does not exist`);
