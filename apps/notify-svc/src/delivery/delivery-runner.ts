import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '@sifaka/database';
import type { Clock } from '@sifaka/kernel';
import { Job, type JobContext, type JobPayload } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import { CLOCK, LOGGER } from '@sifaka/runtime';
import { z } from 'zod';
import { deliverJob, DeliveryTurns, hasLostLease } from './delivery-turns.repository.js';
import { LongTransfers, type Turn } from './long-transfers.js';
import { SendDelivery } from './send-delivery.js';
import { TargetLeases } from './target-leases.js';

const Payload = z.object({ target: z.string().max(200) });

/** A run makes room for others. */
const longestRunMs = 30_000;
/** Longer than a run and a message that is answered as usual. Mail servers may take ten minutes to say that they have a mail. */
const patienceMs = 45_000;
const mostLongTransfers = 200;
/** When the service stops, after what the queue waits. */
const longTransferStopMs = 2_000;
/** What is due later than this is found by the job of every minute. */
const soonMs = 60_000;
const settledMs = 1_000;
const busyMs = 5_000;
const woken = 1_000;

interface Held {
  readonly holder: string;
  /** Aborts when somebody else may have it by now. */
  readonly signal: AbortSignal;
}

/** Sends what is due: one message at a time to each target, to several targets side by side. */
@Injectable()
export class DeliveryRunner implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly transfers = new LongTransfers({ patienceMs, most: mostLongTransfers, onFault: (error) => this.logger.error({ err: error }, 'a turn at a target failed; what is due there is found within a minute') });
  private readonly timers = new Map<string, NodeJS.Timeout>();
  /** Nobody waits any more for what is in transfer: what becomes of it is not known here. */
  private isLeft = false;

  constructor(
    private readonly database: Database,
    private readonly turns: DeliveryTurns,
    private readonly leases: TargetLeases,
    private readonly sending: SendDelivery,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** What a process left behind is not kept waiting until somebody notices. */
  onApplicationBootstrap(): void {
    this.later('', settledMs, () => this.resume());
  }

  /** What goes on by itself may come to its end as well. */
  beforeApplicationShutdown(): Promise<void> {
    return this.transfers.close(longTransferStopMs);
  }

  /** Jobs have ended by now, or were left behind: plugins are closed next, whatever they are doing. */
  onApplicationShutdown(): void {
    this.isLeft = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  /** Its limit is above that of any message: turns that take long go on by themselves, unless there are too many of them. */
  @Job(deliverJob, { timeLimitMs: 3_600_000 })
  run(payload: JobPayload, { signal }: JobContext): Promise<void> {
    const { target } = Payload.parse(payload);
    return this.transfers.run((turn) => this.to(target, signal, turn), signal);
  }

  /** Pauses end by this clock, which may be another than that of the queue. */
  @Job('resume-deliveries', { cron: '* * * * *', timeLimitMs: 50_000 })
  async resume(): Promise<void> {
    for (const target of await this.turns.due(this.clock.now(), woken)) await this.wake(target);
  }

  private async to(target: string, signal: AbortSignal, turn: Turn): Promise<void> {
    const lease = await this.leases.take(target);
    // Whoever has it may be about to let it go.
    if (lease === null) {
      this.later(target, busyMs, () => this.wake(target));
      return;
    }
    try {
      await this.throughAll(target, lease, () => signal.aborted || turn.isAlone);
    } catch (error) {
      if (!signal.aborted && !lease.signal.aborted && !hasLostLease(error)) throw error;
      this.logger.warn({ target }, 'sending was stopped: whoever has the lease next goes on');
    } finally {
      // A message whose transfer outlasted the stop may still arrive. The lease then runs out by itself, so that nobody sends the same at once.
      if (!this.isLeft) await lease.release();
    }
    if (!this.isLeft) await this.planNext(target);
  }

  /** What is in transfer when a stop comes is waited for: a mail that the server has, and whose answer we did not hear, would be sent twice. */
  private async throughAll(target: string, lease: Held, isEnough: () => boolean): Promise<void> {
    const startedAt = performance.now();
    const isLost = () => this.isLeft || lease.signal.aborted;
    const isOver = () => isEnough() || isLost() || performance.now() - startedAt >= longestRunMs;
    while (!isOver()) {
      const row = await this.turns.next(target, this.clock.now());
      if (row === undefined || isOver() || !(await this.sending.run({ row, holder: lease.holder, isLost }))) return;
    }
  }

  /** After a run, without the lease: whoever found it taken meanwhile relies on this. */
  private async planNext(target: string): Promise<void> {
    const now = this.clock.now();
    const at = await this.turns.nextAt(target, now);
    if (at === null) return;
    const pauseMs = at.getTime() - now.getTime();
    if (pauseMs <= 0) await this.wake(target);
    else if (pauseMs < soonMs) this.later(target, pauseMs, () => this.wake(target));
  }

  private wake(target: string): Promise<void> {
    return this.database.transaction((tx) => this.turns.wake(tx, target));
  }

  private later(key: string, ms: number, work: () => Promise<void>): void {
    clearTimeout(this.timers.get(key));
    const timer = setTimeout(() => {
      this.timers.delete(key);
      work().catch((error: unknown) => this.logger.warn({ err: error, target: key }, 'deliveries could not be looked for'));
    }, ms);
    this.timers.set(key, timer.unref());
  }
}
