import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { isAppError } from '@sifaka/kernel';

/** So many requests within so long, counted back from any moment. */
export interface RateLimit {
  requests: number;
  withinMs: number;
}

/** What may pass is tried again after these. */
const retryAfterMs = [200, 1_000];

/** Waits of one call for a place that is asked too often. */
const maxThrottled = 30;
const firstThrottledMs = 2_000;
const longestThrottledMs = 60_000;
/** A place that wants a longer pause than this is asked by another run. */
const maxStatedMs = 900_000;

/** The time that requests are counted in; a test brings its own. */
export interface Pacer {
  nowMs(): number;
  /** @throws the signal's reason */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

const realPacer: Pacer = { nowMs: () => performance.now(), pause: (ms, signal) => pause(ms, undefined, { signal }) };

/** Asks a place as often as it allows, and again what may pass: a run over thousands of certificates does not end for one answer. */
export class Patience {
  private readonly sentAtMs: number[] = [];
  private readonly longestMs: number;
  private closedUntilMs = 0;

  constructor(
    private readonly limits: readonly RateLimit[] = [],
    private readonly pacer: Pacer = realPacer,
  ) {
    this.longestMs = Math.max(0, ...limits.map(({ withinMs }) => withinMs));
  }

  /** @throws what the call throws at last, or the signal's reason */
  async ask<Answer>(call: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    let [failed, throttled] = [0, 0];
    for (;;) {
      await this.turn(signal);
      try {
        return await untilAborted(call(), signal);
      } catch (error) {
        signal.throwIfAborted();
        const isThrottled = isAppError(error) && error.code === 'rate_limited';
        const waitMs = isThrottled ? throttledMs(error.retryAfterMs, throttled++) : mayPass(error) ? retryAfterMs[failed++] : undefined;
        if (waitMs === undefined) throw error;
        // Whoever else asks waits as well.
        if (isThrottled) this.closedUntilMs = Math.max(this.closedUntilMs, this.pacer.nowMs() + waitMs);
        else await this.pacer.pause(waitMs, signal);
      }
    }
  }

  private async turn(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const waitMs = this.waitMs(this.pacer.nowMs());
      if (waitMs <= 0) break;
      await this.pacer.pause(waitMs, signal);
    }
    if (this.limits.length > 0) this.sentAtMs.push(this.pacer.nowMs());
  }

  private waitMs(nowMs: number): number {
    while ((this.sentAtMs[0] ?? nowMs) < nowMs - this.longestMs) this.sentAtMs.shift();
    const full = this.limits.map(({ requests, withinMs }) => (this.sentAtMs[this.sentAtMs.length - requests] ?? nowMs - withinMs) + withinMs - nowMs);
    return Math.ceil(Math.max(this.closedUntilMs - nowMs, ...full));
  }
}

function throttledMs(statedMs: number | undefined, count: number): number | undefined {
  if (count >= maxThrottled || (statedMs ?? 0) > maxStatedMs) return undefined;
  return statedMs ?? Math.min(longestThrottledMs, firstThrottledMs * 2 ** count);
}

const mayPass = (error: unknown): boolean => isAppError(error) && ['unavailable', 'upstream_failed', 'upstream_timeout'].includes(error.code);

/** The call goes on to its own time limit; nobody waits for it. */
async function untilAborted<Answer>(answer: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}
