import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { tokenRemovalRequested, tokenUploaded, tokenUploadFailed, type EventDataOf } from '@sifaka/contracts';
import { Database, type Sql } from '@sifaka/database';
import { newEvent, OnEvent, Outbox } from '@sifaka/messaging';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { AcmeConfig } from '../acme.config.js';
import { OrderRepository } from '../order/order.repository.js';
import { OrderTurns } from '../order/order-turns.repository.js';
import { circumstance, failureOf, unpublished } from '../order/steps.js';
import type { Challenge } from '../order/order.js';
import { untilNextCleanUp } from '../order/pauses.js';
import { tokenPath } from './dns-value.js';

/** What destinations say of the HTTP-01 tokens that they were asked to serve. */
@Injectable()
export class TokenFiles {
  constructor(
    private readonly database: Database,
    private readonly orders: OrderRepository,
    private readonly turns: OrderTurns,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: AcmeConfig,
  ) {}

  @OnEvent(tokenUploaded, { durable: 'token-uploaded', isIdempotent: true })
  async uploaded({ challengeId }: EventDataOf<typeof tokenUploaded>): Promise<void> {
    await this.database.transaction(async (tx) => {
      const text = `
        with uploaded as (
          update acme_challenge set state = 'published', poll_at = null, polls = 0, last_error = null
          where id = $1 and state = 'publishing' and not is_cleaned_up returning order_id)
        update acme_order set version = version + 1 where id in (select order_id from uploaded) returning id`;
      const [order] = await tx.query<{ id: number }>(text, [challengeId]);
      if (order !== undefined) await this.turns.wake(tx, order.id, null);
      else await this.removeLate(tx, challengeId);
    });
  }

  /** What may pass is asked for again, later and later until the limit; what will not counts against the order. */
  @OnEvent(tokenUploadFailed, { durable: 'token-upload-failed', isIdempotent: true })
  async failed({ challengeId, error, isRetryable }: EventDataOf<typeof tokenUploadFailed>): Promise<void> {
    const [row] = await this.database.query<{ order_id: number }>('select order_id from acme_challenge where id = $1', [challengeId]);
    const snapshot = row === undefined ? undefined : await this.orders.load(row.order_id);
    const challenge = snapshot?.challenges.find(({ id }) => id === challengeId);
    if (snapshot === undefined || challenge?.state !== 'publishing') return;

    const { order } = snapshot;
    const now = this.clock.now();
    const text = `${error}${circumstance(order, challenge.identifierValue)}`;
    const circumstances = { now, random: Math.random(), retryMs: this.config.retrySeconds * 1_000 };
    const pollAt = new Date(now.getTime() + untilNextCleanUp(challenge.polls));
    const change = isRetryable ? { pollAt, lastError: error } : { ...unpublished, lastError: error };
    const step = isRetryable ? { order: { lastError: text } } : failureOf(order, { text, verdict: 'strike', retryAfterMs: null, isOver: false }, circumstances);
    await this.orders.write(order, { ...step, challenges: [{ id: challengeId, from: 'publishing', change }] });
    await this.turns.wakeNow(order.id);
  }

  /** The order ended while the token was on its way. */
  private async removeLate(tx: Sql, challengeId: number): Promise<void> {
    const text = `
      select token, token_destination as "tokenDestination" from acme_challenge
      where id = $1 and is_cleaned_up and token is not null and token_destination is not null`;
    const [late] = await tx.query<Pick<Challenge, 'token' | 'tokenDestination'>>(text, [challengeId]);
    if (late === undefined) return;
    const data = { challengeId, destination: late.tokenDestination ?? '', path: tokenPath(late.token ?? '') };
    await this.outbox.append(tx, [newEvent(tokenRemovalRequested, data, { at: this.clock.now(), subject: String(challengeId) })]);
  }
}
