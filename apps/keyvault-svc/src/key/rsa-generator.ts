import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppError } from '@sifaka/kernel';
import { CONFIG } from '@sifaka/runtime';
import type { KeyvaultConfig } from '../keyvault.config.js';
import { generateRsa, type KeyMaterial } from './key-material.js';

/**
 * Makes RSA keys on a few threads of Node's pool, so that the event loop and the rest of the pool (signatures, files, names)
 * stay free. Bounded by the work that waits, in estimated seconds: a queue that outlives its callers helps nobody.
 */
@Injectable()
export class RsaGenerator implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly waiting: Task[] = [];
  private readonly reserve: KeyMaterial[] = [];
  private waitingMs = 0;
  private running = 0;
  private isStopped = false;

  constructor(@Inject(CONFIG) private readonly config: Pick<KeyvaultConfig, 'rsaConcurrency' | 'rsaReserve'>) {}

  /**
   * @param signal gives up a key that nobody waits for any more, if it was not begun
   * @throws AppError `rate_limited` when too much waits already, `unavailable` when the caller's time ran out first
   */
  async generate(bits: number, signal: AbortSignal): Promise<KeyMaterial> {
    const ready = bits === reserveBits ? this.reserve.pop() : undefined;
    if (ready !== undefined) {
      this.refill();
      return ready;
    }
    const costMs = expectedMs(bits);
    const waitMs = this.waitingMs / this.config.rsaConcurrency;
    if (waitMs + costMs > longestWaitMs) {
      throw new AppError('rate_limited', `too many RSA keys are being made: about ${Math.ceil(waitMs / 1_000)} s of work wait already`, {
        reason: 'key.rsa_queue_full',
        retryAfterMs: Math.ceil(waitMs / 2),
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

  onApplicationShutdown(): void {
    this.isStopped = true;
    for (const key of this.reserve.splice(0)) key.pkcs8.fill(0);
  }

  /** Whenever nothing else waits. */
  private refill(): void {
    if (this.isStopped || this.running > 0 || this.reserve.length >= this.config.rsaReserve) return;
    this.running++;
    generateRsa(reserveBits)
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
      this.running++;
      generateRsa(task.bits)
        .then(task.resolve, task.reject)
        .finally(() => {
          this.waitingMs -= task.costMs;
          this.finished();
        });
    }
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

/** Below the 30 s that callers wait for keys. */
const longestWaitMs = 25_000;

/** Measured means on one 2026 server core: 160, 500 and 1,200 ms. The time grows about with the third power of the size. */
function expectedMs(bits: number): number {
  return 160 * (bits / 2_048) ** 3;
}
