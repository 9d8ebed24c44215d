import { setTimeout as delay } from 'node:timers/promises';

interface WaitOptions {
  /** 10 s by default: machines that run tests are slow at times. */
  timeoutMs?: number;
  /** Said when the time is over. */
  what?: string;
}

const intervalMs = 10;

/** Waits for a condition; returns what it returned. A throw of the condition counts as "not yet" and is shown in the end. */
export async function waitUntil<T>(condition: () => T | Promise<T>, options: WaitOptions = {}): Promise<NonNullable<T>> {
  const endAt = performance.now() + (options.timeoutMs ?? 10_000);
  let fault: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== null && value !== undefined) return value;
      fault = undefined;
    } catch (error) {
      fault = error;
    }
    if (performance.now() >= endAt) {
      throw new Error(`waited ${options.timeoutMs ?? 10_000} ms in vain for ${options.what ?? 'a condition'}`, { cause: fault });
    }
    await delay(intervalMs);
  }
}
