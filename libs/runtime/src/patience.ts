import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';

interface PatienceOptions {
  /** What is waited for, as the log says it. */
  what: string;
  /** When to give up, in milliseconds from now. */
  limitMs: number;
  logger: Logger;
  signal?: AbortSignal | undefined;
}

const firstPauseMs = 100;
const longestPauseMs = 2_000;

/**
 * Tries until it works: services, database and bus may start in any order. Only `unavailable` is tried again; the last fault
 * is thrown when the time is over.
 */
export async function patiently<T>(options: PatienceOptions, attempt: () => Promise<T>): Promise<T> {
  const endAt = performance.now() + options.limitMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await attempt();
    } catch (error) {
      const leftMs = endAt - performance.now();
      if (!(error instanceof AppError) || error.code !== 'unavailable' || leftMs <= 0 || options.signal?.aborted === true) throw error;
      options.logger.warn({ reason: error.message, secondsLeft: Math.round(leftMs / 1e3) }, `waiting for ${options.what}`);
      await delay(Math.min(pauseMs, leftMs), undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(
        () => undefined,
      );
    }
  }
}
