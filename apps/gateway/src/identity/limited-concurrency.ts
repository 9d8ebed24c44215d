import { AppError } from '@sifaka/kernel';

/** Runs at most `running` tasks at once and lets at most `waiting` queue for them; more are refused at once. */
export class LimitedConcurrency {
  private active = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly limit: { running: number; waiting: number; what: string }) {}

  /** @throws AppError rate_limited when the queue is full. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await task();
    } finally {
      this.leave();
    }
  }

  private async enter(): Promise<void> {
    if (this.active < this.limit.running) {
      this.active += 1;
      return;
    }
    if (this.queue.length >= this.limit.waiting) {
      throw new AppError('rate_limited', `${this.limit.what}: ${this.limit.waiting} are waiting already; try again in a moment`, {
        retryAfterMs: 1_000,
      });
    }
    await new Promise<void>((resolve) => this.queue.push(resolve));
  }

  /** The place goes straight to the next in the queue, so nobody overtakes. */
  private leave(): void {
    const next = this.queue.shift();
    if (next === undefined) this.active -= 1;
    else next();
  }
}
