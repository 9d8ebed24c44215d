import { AppError, type Clock } from '@sifaka/kernel';

/** What the CA counts on its own: limits on new orders do not hold up those that are under way. */
export type RequestKind = 'newAccount' | 'newOrder' | 'other';

/**
 * Longest that one answer holds up other requests. A limit may be one on a single name, which nobody but its own order has to wait for;
 * that order obeys the whole `Retry-After`.
 */
const longestPauseMs = 60_000;

/** Beyond it something is stuck, and more waiting helps nobody. */
const mostWaiting = 5_000;

/** How many requests go to one directory at once, and when none do: shared by all accounts there. */
export class DirectoryGate {
  private readonly pausedUntil = new Map<string, number>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(
    private readonly host: string,
    private readonly limit: number,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs `work` when its turn comes.
   *
   * @throws AppError `rate_limited` while the CA wants no request of the kind for the account
   */
  async run<T>(kind: RequestKind, account: string | null, work: () => Promise<T>): Promise<T> {
    this.assertOpen(kind, account);
    await this.enter();
    try {
      this.assertOpen(kind, account);
      return await work();
    } finally {
      this.leave();
    }
  }

  /** After `rateLimited`: the same kind of request of the same account waits. */
  pause(kind: RequestKind, account: string | null, forMs: number): void {
    this.set(keyOf(kind, account), forMs);
  }

  /** After `503`: the CA is busy, everybody waits. */
  pauseAll(forMs: number): void {
    this.set(everything, forMs);
  }

  private set(key: string, forMs: number): void {
    const until = this.clock.now().getTime() + Math.min(forMs, longestPauseMs);
    this.pausedUntil.set(key, Math.max(until, this.pausedUntil.get(key) ?? 0));
  }

  private assertOpen(kind: RequestKind, account: string | null): void {
    const now = this.clock.now().getTime();
    for (const key of [everything, keyOf(kind, account)]) {
      const leftMs = (this.pausedUntil.get(key) ?? 0) - now;
      if (leftMs <= 0) {
        this.pausedUntil.delete(key);
        continue;
      }
      throw new AppError('rate_limited', `${this.host} asked for a pause of requests`, { reason: 'acme.paused', retryAfterMs: spread(leftMs) });
    }
  }

  private async enter(): Promise<void> {
    if (this.running < this.limit) {
      this.running += 1;
      return;
    }
    if (this.waiting.length >= mostWaiting) {
      throw new AppError('rate_limited', `${mostWaiting} requests to ${this.host} are waiting already`, { reason: 'acme.too_many_waiting', retryAfterMs: spread(5_000) });
    }
    // Whoever leaves hands over its place: the count stays as it is.
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running -= 1;
    else next();
  }
}

const everything = '*';

const keyOf = (kind: RequestKind, account: string | null): string => `${kind} ${account ?? ''}`;

/** Those who wait do not all come back in the same moment. */
const spread = (ms: number): number => Math.ceil(ms * (1 + Math.random() * 0.5));
