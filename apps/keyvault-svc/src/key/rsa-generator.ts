import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import type { KeyvaultConfig } from '../keyvault.config.js';
import type { KeyMaterial } from './key-material.js';

/**
 * Makes RSA keys on a few threads of Node's pool, so that the event loop and the rest of the pool (signatures, files, names)
 * stay free. Bounded by the work that waits, in estimated seconds: a queue that outlives its callers helps nobody.
 */
export class RsaGenerator implements OnApplicationBootstrap, OnApplicationShutdown {
  private waiting: Task[] = [];
  private readonly reserve: KeyMaterial[] = [];
  private waitingMs = 0;
  /** How much slower this machine is, now, than the one of `expectedMs`. */
  private slowness = 1;
  // Below the 30 s that callers wait for keys.
  private longestWaitMs = 25_000;
  private running = 0;
  private isStopped = false;

  constructor(
    private readonly makeKey: (bits: number) => Promise<KeyMaterial>,
    private readonly config: Pick<KeyvaultConfig, 'rsaConcurrency' | 'rsaReserve'>,
  ) {}

  /**
   * @param signal gives up a key that nobody waits for any more, if it was not begun
   * @param patienceMs how long the caller still waits: what would come later is not begun
   * @throws AppError `rate_limited` when too much waits already, `unavailable` when the caller's time ran out first
   */
  async generate(bits: number, signal: AbortSignal, patienceMs = Infinity): Promise<KeyMaterial> {
    const ready = bits === reserveBits ? this.reserve.pop() : undefined;
    if (ready !== undefined) {
      this.refill();
      return ready;
    }
    const costMs = expectedMs(bits);
    const waitMs = this.waitMs();
    if (waitMs + costMs * this.slowness > Math.min(this.longestWaitMs, patienceMs)) {
      throw new AppError('rate_limited', `too many RSA keys are being made: about ${Math.ceil(waitMs / 1_000)} s of work wait already`, {
        reason: 'key.rsa_queue_full',
        retryAfterMs: Math.max(1_000, Math.ceil(waitMs / 2)),
      });
    }
    this.waitingMs += costMs;
    return new Promise((resolve, reject) => {
      this.waiting.push({ bits, costMs, signal, resolve, reject });
      this.next();
    });
  }

  onApplicationBootstrap(): void {
    this.refill();
  }

  /** Keeps of what waits as much as fits into the time that a stopping service has; the callers of the rest ask another replica. */
  stop(): void {
    this.isStopped = true;
    this.longestWaitMs = drainMs;
    const asked = this.waiting;
    this.waiting = [];
    this.waitingMs -= asked.reduce((sum, { costMs }) => sum + costMs, 0);
    for (const task of asked) {
      if (this.waitMs() + task.costMs * this.slowness > drainMs) {
        task.reject(
          new AppError('unavailable', 'the key vault stops before this RSA key could be made', { reason: 'key.rsa_queue_stopped' }),
        );
        continue;
      }
      this.waitingMs += task.costMs;
      this.waiting.push(task);
    }
  }

  onApplicationShutdown(): void {
    for (const key of this.reserve.splice(0)) key.pkcs8.fill(0);
  }

  /** Whenever nothing else waits. */
  private refill(): void {
    if (this.isStopped || this.running > 0 || this.reserve.length >= this.config.rsaReserve) return;
    this.running++;
    this.makeKey(reserveBits)
      .then((key) => void this.reserve.push(key))
      .catch(() => undefined)
      .finally(() => this.finished());
  }

  private next(): void {
    while (this.running < this.config.rsaConcurrency) {
      const task = this.waiting.shift();
      if (task === undefined) return;
      if (task.signal.aborted) {
        this.waitingMs -= task.costMs;
        task.reject(
          new AppError('unavailable', 'the caller stopped waiting before the RSA key was begun', { reason: 'key.rsa_queue_late' }),
        );
        continue;
      }
      void this.make(task);
    }
  }

  private async make({ bits, costMs, resolve, reject }: Task): Promise<void> {
    this.running++;
    const startedAt = performance.now();
    try {
      resolve(await this.makeKey(bits));
      // A single key takes half or thrice the mean by luck: only many of them tell the speed of the machine.
      this.slowness += ((performance.now() - startedAt) / costMs - this.slowness) / 16;
    } catch (error) {
      reject(error);
    } finally {
      this.waitingMs -= costMs;
      this.finished();
    }
  }

  private waitMs(): number {
    return (this.waitingMs * this.slowness) / this.config.rsaConcurrency;
  }

  private finished(): void {
    this.running--;
    this.next();
    if (this.running === 0) this.refill();
  }
}

interface Task {
  bits: number;
  costMs: number;
  signal: AbortSignal;
  resolve: (key: KeyMaterial) => void;
  reject: (error: unknown) => void;
}

/** The size that is asked for in bulk; larger ones are for authorities, which are few. */
const reserveBits = 2_048;

/** A stopping service waits eight seconds for the calls in flight. */
const drainMs = 5_000;

/** Measured means on one 2026 server core: 160, 500 and 1,200 ms. The time grows about with the third power of the size. */
function expectedMs(bits: number): number {
  return 160 * (bits / 2_048) ** 3;
}
