import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Clock } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { z } from 'zod';
import { OrderLocks } from './order-locks.js';
import { OrderRepository } from './order.repository.js';
import { advanceOrder, OrderTurns } from './order-turns.repository.js';
import { TakeSteps } from './take-steps.js';
import { nextActions } from './next-actions.js';
import { isFinal, isInFlight, type Order } from './order.js';

const Payload = z.object({ orderId: z.int().positive() });

/**
 * Works on one order until it has to wait longer than a moment.
 *
 * A run may end anywhere, by a crash too: the next one reads the state and goes on from there.
 */
@Injectable()
export class OrderRunner implements OnApplicationBootstrap {
  constructor(
    private readonly orders: OrderRepository,
    private readonly turns: OrderTurns,
    private readonly locks: OrderLocks,
    private readonly steps: TakeSteps,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Orders that a process left behind are not kept waiting until somebody notices. */
  onApplicationBootstrap(): void {
    setTimeout(() => {
      this.resume(0).catch((error: unknown) => this.logger.warn({ err: error }, 'could not look for orders that were left behind'));
    }, settledMs).unref();
  }

  @Job(advanceOrder, { timeLimitMs: 120_000 })
  async run(payload: JobPayload, { signal }: JobContext): Promise<void> {
    const { orderId } = Payload.parse(payload);
    const lock = await this.locks.take(orderId);
    if (lock === undefined) return;
    let left: Left | undefined;
    try {
      left = await this.advance(orderId, AbortSignal.any([signal, lock.signal]));
    } finally {
      await lock.release();
    }
    if (left !== undefined) await this.turns.plan(left.order, left.at, left.keepsSlot);
  }

  @Job('resume-orders', { cron: '* * * * *', timeLimitMs: 50_000 })
  sweep(): Promise<void> {
    return this.resume(lostAfterMs);
  }

  @Job('forget-orders', { cron: '41 3 * * *', timeLimitMs: 600_000 })
  async forget(_payload: JobPayload, { signal }: JobContext): Promise<void> {
    const before = new Date(this.clock.now().getTime() - keptDays * 86_400_000);
    while (!signal.aborted && (await this.orders.forget(before)) > 0);
  }

  private async resume(lateMs: number): Promise<void> {
    const ids = await this.turns.wakeLost(lateMs);
    if (ids.length > 0) this.logger.info({ orders: ids.length }, 'orders that were left behind go on');
  }

  /** Undefined when the order is gone, or waits for its turn. */
  private async advance(orderId: number, signal: AbortSignal): Promise<Left | undefined> {
    const startedAt = performance.now();
    for (;;) {
      const snapshot = await this.orders.load(orderId);
      if (snapshot === undefined) return undefined;
      const { order } = snapshot;
      const now = this.clock.now();
      const due = nextActions(snapshot, now);
      const isTired = performance.now() - startedAt > longestRunMs;
      if ('actions' in due) {
        if (signal.aborted || isTired) return { order, at: now, keepsSlot: true };
        if (!isFinal(order.state) && !(await this.turns.admit(order))) return undefined;
        await this.steps.run(snapshot, due.actions);
        continue;
      }
      const { waitUntil } = due;
      const waitMs = waitUntil === null ? Infinity : waitUntil.getTime() - now.getTime();
      if (waitUntil === null || waitMs > longestPauseMs || isTired || signal.aborted) return { order, at: waitUntil, keepsSlot: waitMs <= keptSlotMs && isInFlight(snapshot) };
      await pause(waitMs, signal);
    }
  }
}

/** Where a run stopped. */
interface Left {
  order: Order;
  at: Date | null;
  keepsSlot: boolean;
}

/** The queue looks every two seconds for jobs whose time has come: shorter pauses are spent in the run. */
const longestPauseMs = 2_500;
/** A run makes room for others. */
const longestRunMs = 20_000;
/** An order that rests longer is not in flight. */
const keptSlotMs = 20_000;
/** More than the longest run and the queue's own delay. */
const lostAfterMs = 45_000;
const keptDays = 90;
/** By then the queue runs. */
const settledMs = 1_000;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
}
