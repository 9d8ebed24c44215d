import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { Patience } from './patience.js';

const open = () => new AbortController().signal;

/** Fails so often, then answers. */
function failing(times: number, fault: AppError) {
  let calls = 0;
  const call = async () => {
    calls += 1;
    if (calls <= times) throw fault;
    return 'answer';
  };
  return { call, calls: () => calls };
}

describe('patience with a CA', () => {
  it.each(['unavailable', 'upstream_failed', 'upstream_timeout'] as const)('asks twice more after %s', async (code) => {
    const twice = failing(2, new AppError(code, 'away'));
    expect(await new Patience().ask(twice.call, open())).toBe('answer');
    const often = failing(9, new AppError(code, 'away'));
    await expect(new Patience().ask(often.call, open())).rejects.toMatchObject({ code });
    expect(often.calls()).toBe(3);
  });

  it.each(['permission_denied', 'failed_precondition', 'conflict'] as const)('asks once where the answer is %s', async (code) => {
    const { call, calls } = failing(9, new AppError(code, 'no'));
    await expect(new Patience().ask(call, open())).rejects.toMatchObject({ code });
    expect(calls()).toBe(1);
  });

  it('waits as long as it is told, and so do the others', async () => {
    const patience = new Patience();
    const startedAt = performance.now();
    await expect(patience.ask(failing(1, new AppError('rate_limited', 'slow down', { retryAfterMs: 150 })).call, open())).resolves.toBe('answer');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(149);
    let waited = 0;
    const slow = patience.ask(failing(1, new AppError('rate_limited', 'slow down', { retryAfterMs: 120 })).call, open());
    await new Promise(setImmediate);
    const from = performance.now();
    await patience.ask(async () => (waited = performance.now() - from), open());
    await slow;
    expect(waited).toBeGreaterThanOrEqual(100);
  });

  it('gives up where it is told to wait for longer than a quarter of an hour', async () => {
    const { call, calls } = failing(1, new AppError('rate_limited', 'tomorrow', { retryAfterMs: 86_400_000 }));
    await expect(new Patience().ask(call, open())).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 86_400_000 });
    expect(calls()).toBe(1);
  });

  it('sends no more than allowed within any time', async () => {
    const patience = new Patience([{ requests: 5, withinMs: 100 }, { requests: 8, withinMs: 250 }]);
    const sentAtMs: number[] = [];
    await Promise.all(Array.from({ length: 20 }, () => patience.ask(async () => sentAtMs.push(performance.now()), open())));
    for (const [count, withinMs] of [[5, 100], [8, 250]] as const) {
      for (let index = count; index < sentAtMs.length; index += 1) expect((sentAtMs[index] ?? 0) - (sentAtMs[index - count] ?? 0)).toBeGreaterThanOrEqual(withinMs - 2);
    }
  });

  it('ends at once when it is told to stop: before a call, in a call, in a pause', async () => {
    const controller = new AbortController();
    const stopped = new Error('stop');
    const hanging = new Patience().ask(() => new Promise(() => undefined), controller.signal);
    const pausing = new Patience().ask(failing(9, new AppError('rate_limited', 'slow down', { retryAfterMs: 60_000 })).call, controller.signal);
    await new Promise(setImmediate);
    controller.abort(stopped);
    await expect(hanging).rejects.toBe(stopped);
    await expect(pausing).rejects.toThrow();
    await expect(new Patience().ask(async () => 'answer', controller.signal)).rejects.toBe(stopped);
  });
});
