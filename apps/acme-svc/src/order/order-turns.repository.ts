import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { Database, type Sql } from '@sifaka/database';
import { Jobs } from '@sifaka/messaging';
import { CLOCK, CONFIG } from '@sifaka/runtime';
import type { AcmeConfig } from '../acme.config.js';
import { isFinal, type Order } from './order.js';

/** Name of the job that works on one order. */
export const advanceOrder = 'advance-order';

/** When which order is worked on: its job, and its place among the orders of its account that are in flight. */
@Injectable()
export class OrderTurns {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: AcmeConfig,
  ) {}

  /** Queues the order's one job, within a transaction of its own or yours. */
  async wake(tx: Sql, id: number, runAt: Date | null): Promise<void> {
    await tx.query({ name: 'order-wake', text: 'update acme_order set wake_at = $2 where id = $1', values: [id, runAt ?? this.clock.now()] });
    await this.jobs.add(advanceOrder, { orderId: id }, { tx, jobKey: `order:${id}`, ...(runAt !== null && { runAt }) });
  }

  wakeNow(id: number): Promise<void> {
    return this.database.transaction((tx) => this.wake(tx, id, null));
  }

  /**
   * Plans the next run after one that read `order`: at `at`, or at once when the order has changed since. Call it when the order is
   * not locked any more: whoever changed it may have found it busy.
   *
   * @param at null: nothing is left to do
   * @param keepsSlot an order that rests for a moment keeps its place in flight
   */
  async plan(order: Order, at: Date | null, keepsSlot: boolean): Promise<void> {
    await this.database.transaction(async (tx) => {
      // Always before the row of an order, or two transactions would wait for each other.
      if (!keepsSlot) await lockAccount(tx, order.authority);
      const [row] = await tx.query<{ version: number }>('select version from acme_order where id = $1 for update', [order.id]);
      if (row === undefined) return;
      const isChanged = row.version !== order.version;
      if (isChanged) await this.wake(tx, order.id, null);
      else if (at === null) await tx.query('update acme_order set wake_at = null where id = $1', [order.id]);
      else await this.wake(tx, order.id, at);
      if (!keepsSlot && !isChanged) await this.leave(tx, order);
      if (isFinal(order.state)) await this.wakeFollowers(tx, order.id);
    });
  }

  /** Takes a place in flight; false when all are taken: the order is woken when its turn comes, the oldest first. */
  async admit(order: Order): Promise<boolean> {
    if (order.slot === 'held') return true;
    return this.database.transaction(async (tx) => {
      await lockAccount(tx, order.authority);
      const text = `
        with flight as (select count(*) as count from acme_order where authority = $2 and slot = 'held'),
          -- Who was asked for before goes first, also when it comes back from a rest.
          ahead as (select count(*) as count from acme_order where authority = $2 and slot = 'waiting' and id < $1)
        update acme_order set slot_since = coalesce(slot_since, $4),
          slot = case when (select count from flight) + (select count from ahead) < $3 then 'held' else 'waiting' end,
          wake_at = case when (select count from flight) + (select count from ahead) < $3 then wake_at end
        where id = $1 returning slot`;
      const [row] = await tx.query<{ slot: string }>({ name: 'order-admit', text, values: [order.id, order.authority, this.config.ordersInFlight, this.clock.now()] });
      return row?.slot === 'held';
    });
  }

  /**
   * Wakes orders whose time came a while ago: their job was lost with its process, or its account's places with theirs.
   *
   * An order that is being worked on all the same is left alone by the job that this queues.
   */
  async wakeLost(lateMs: number): Promise<number[]> {
    const late = new Date(this.clock.now().getTime() - lateMs);
    const lost = await this.database.query<{ id: number }>('select id from acme_order where wake_at < $1 order by wake_at limit 500', [late]);
    for (const { id } of lost) await this.wakeNow(id);
    const waiting = `
      select distinct on (authority) id from acme_order w where slot = 'waiting' and slot_since < $1
        and (select count(*) from acme_order h where h.authority = w.authority and h.slot = 'held') < $2
      order by authority, id`;
    const idle = await this.database.query<{ id: number }>(waiting, [late, this.config.ordersInFlight]);
    for (const { id } of idle) await this.wakeNow(id);
    return [...lost, ...idle].map(({ id }) => id);
  }

  /** The CA makes them orders of their own now. */
  private async wakeFollowers(tx: Sql, id: number): Promise<void> {
    const text = 'update acme_order set waits_for = null, last_error = null, next_try_at = null, version = version + 1 where waits_for = $1 returning id';
    const followers = await tx.query<{ id: number }>({ name: 'order-followers', text, values: [id] });
    for (const follower of followers) await this.wake(tx, follower.id, null);
  }

  private async leave(tx: Sql, { id, authority }: Order): Promise<void> {
    await tx.query({ name: 'order-leave', text: `update acme_order set slot = 'none', slot_since = null where id = $1`, values: [id] });
    const text = `
      select w.id from acme_order w where w.authority = $1 and w.slot = 'waiting' and w.wake_at is null
      order by w.id limit 1`;
    const [next] = await tx.query<{ id: number }>({ name: 'order-next', text, values: [authority] });
    if (next !== undefined) await this.wake(tx, next.id, null);
  }
}

/** Places of one account are counted by one transaction at a time. */
async function lockAccount(tx: Sql, authority: string): Promise<void> {
  await tx.query({ name: 'order-lock-account', text: `select pg_advisory_xact_lock(hashtext('acme.account'), hashtext($1))`, values: [authority] });
}
