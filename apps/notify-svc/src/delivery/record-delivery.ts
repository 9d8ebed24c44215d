import { Inject, Injectable } from '@nestjs/common';
import { Database, type Sql } from '@sifaka/database';
import { toAppError, type Clock } from '@sifaka/kernel';
import type { DeliveryReceipt, UndeliveredRecipient } from '@sifaka/plugin-sdk';
import { CLOCK } from '@sifaka/runtime';
import { words, type DeliveryRow } from './delivery.js';
import { DeliveryRepository } from './delivery.repository.js';
import { DeliveryTrail } from './delivery-trail.js';
import { DeliveryTurns, type Ending } from './delivery-turns.repository.js';
import { isAbsence, leastPauseMs, mayPass, mostAttempts, untilNextTry } from './pauses.js';

interface InHand {
  row: DeliveryRow;
  holder: string;
}

/** Writes down what became of a message: state, history and events in one transaction each. */
@Injectable()
export class RecordDelivery {
  constructor(
    private readonly database: Database,
    private readonly turns: DeliveryTurns,
    private readonly deliveries: DeliveryRepository,
    private readonly trail: DeliveryTrail,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  begin({ row, holder }: InHand): Promise<DeliveryRow> {
    return this.database.transaction((tx) => this.turns.begin(tx, row, holder));
  }

  async delivered(hand: InHand, { reference, undelivered = [] }: DeliveryReceipt): Promise<void> {
    const now = this.clock.now();
    const again = undelivered.filter(({ isWorthRetrying }) => isWorthRetrying);
    const pauseMs = again.length === 0 ? null : untilNextTry(hand.row.attempts, undefined, Math.random());
    const detail = undelivered.length === 0 ? null : words(unreached(undelivered));
    await this.database.transaction(async (tx) => {
      if (pauseMs !== null) {
        const nextTryAt = new Date(now.getTime() + pauseMs);
        await this.end(tx, hand, { state: 'pending', nextTryAt, lastError: detail, reference, onlyTo: again.map(({ recipient }) => recipient) }, detail);
        return;
      }
      const row = await this.end(tx, hand, { state: 'delivered', nextTryAt: null, lastError: detail, reference, deliveredAt: now }, detail);
      await this.turns.pause(tx, row.target, null);
      await this.trail.delivered(tx, row);
    });
  }

  /** @returns false when the target is away */
  async failed(hand: InHand, error: unknown): Promise<boolean> {
    const fault = toAppError(error);
    const text = words(fault.code === 'internal' ? 'the plugin failed for a reason that it does not name' : fault.message);
    const leastMs = leastPauseMs(error);
    const now = this.clock.now();
    const after = (pauseMs: number) => new Date(now.getTime() + pauseMs);
    const ownMs = mayPass(error) ? untilNextTry(hand.row.attempts, leastMs, Math.random()) : null;
    const isAway = isAbsence(error);
    await this.database.transaction(async (tx) => {
      const failures = isAway ? await this.turns.failures(tx, hand.row.target) : 0;
      // With each message that is tried in vain, not with each of its own attempts: a place with many messages is not asked all the time.
      const placeMs = isAway ? (untilNextTry(Math.min(failures + 1, mostAttempts - 1), leastMs, Math.random()) ?? 0) : 0;
      const nextTryAt = ownMs === null ? null : after(Math.max(ownMs, placeMs));
      const row = await this.end(tx, hand, { state: nextTryAt === null ? 'failed' : 'pending', nextTryAt, lastError: text, onlyTo: hand.row.only_to }, text);
      if (isAway) await this.turns.pause(tx, row.target, { until: nextTryAt ?? after(placeMs), error: text });
      await this.trail.failed(tx, row, text);
    });
    return !isAway;
  }

  async dropped(hand: InHand, why: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const row = await this.end(tx, hand, { state: 'dropped', nextTryAt: null, lastError: null }, why);
      await this.deliveries.untellOthers(tx, row);
    });
  }

  private async end(tx: Sql, { row, holder }: InHand, ending: Ending, detail: string | null): Promise<DeliveryRow> {
    const ended = await this.turns.end(tx, row, holder, ending);
    await this.deliveries.addStep(tx, row.id, { at: this.clock.now(), state: ending.state, detail });
    return ended;
  }
}

const unreached = (all: readonly UndeliveredRecipient[]): string => all.map(({ recipient, detail, isWorthRetrying }) => `${recipient}: ${detail}${isWorthRetrying ? ' (tried again)' : ''}`).join('; ');
