import type { Socket } from 'node:net';

/** Room for so many at a time; who comes later waits in line. */
export class Slots {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async within<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}

export type Connect = (target: { host: string; port: number; timeoutMs?: number }) => Promise<Socket>;

/** Lets connections begin evenly, so many in a second. */
export class Pace {
  private nextAt = 0;

  constructor(private readonly perSecond: number) {}

  async turn(): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.nextAt);
    this.nextAt = at + 1_000 / this.perSecond;
    // Timers are no finer than that; a few at once do not harm.
    if (at - now >= 1) await new Promise((resolve) => setTimeout(resolve, at - now));
  }
}
