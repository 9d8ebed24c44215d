import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { untilStopped, wasStopped } from './stoppable.js';

const never = new AbortController().signal;
const limits = { workMs: 20, endMs: 10_000 };

/** Works until it is told to stop, and a little longer. */
const listening = (log: string[]) => async (signal: AbortSignal) => {
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  log.push('told');
  await new Promise((resolve) => setImmediate(resolve));
  log.push('ended');
  throw signal.reason;
};

describe('work at a destination', () => {
  it('that takes too long is told to stop, and has ended before anything else is done', async () => {
    const log: string[] = [];
    await expect(untilStopped(never, 'uploading', listening(log), limits)).rejects.toMatchObject({ code: 'upstream_timeout', message: 'uploading took longer than 0.02 s' });
    expect(log).toEqual(['told', 'ended']);
  });

  it('is told to stop when the lease is lost, and nothing is written down of it', async () => {
    const log: string[] = [];
    const lease = new AbortController();
    const working = untilStopped(lease.signal, 'uploading', listening(log)).catch((error: unknown) => error);
    lease.abort();
    const fault = await working;
    expect(fault).toMatchObject({ code: 'unavailable', message: 'uploading was stopped' });
    expect(wasStopped(fault)).toBe(true);
    expect(log).toEqual(['told', 'ended']);
  });

  it('is not begun without the lease', async () => {
    let isBegun = false;
    await expect(untilStopped(AbortSignal.abort(), 'uploading', async () => void (isBegun = true))).rejects.toMatchObject({ code: 'unavailable' });
    expect(isBegun).toBe(false);
  });

  it('that does not listen is not waited for without end', async () => {
    await expect(untilStopped(never, 'uploading', () => new Promise<void>(() => undefined), { workMs: 5, endMs: 5 })).rejects.toMatchObject({ code: 'upstream_timeout' });
  });

  it('answers with what it found, or with its own fault', async () => {
    expect(await untilStopped(never, 'asking', async () => 42)).toBe(42);
    await expect(untilStopped(never, 'asking', () => Promise.reject(new AppError('permission_denied', 'no')))).rejects.toMatchObject({ message: 'no' });
  });
});
