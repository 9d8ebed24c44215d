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

/** Time passes here only where somebody pauses, and as a machine's does: whoever waits for the earliest moment goes first. */
function simulatedTime() {
  let nowMs = 0;
  const waiting: { untilMs: number; go: () => void }[] = [];
  const advance = () => {
    waiting.sort((left, right) => left.untilMs - right.untilMs);
    const next = waiting.shift();
    if (next === undefined) return;
    nowMs = Math.max(nowMs, next.untilMs);
    next.go();
    if (waiting.length > 0) setImmediate(advance);
  };
  const pause = (ms: number) =>
    new Promise<void>((go) => {
      waiting.push({ untilMs: nowMs + ms, go });
      if (waiting.length === 1) setImmediate(advance);
    });
  return { nowMs: () => nowMs, pause };
}

describe('patience with a CA', () => {
  it.each(['unavailable', 'upstream_failed', 'upstream_timeout'] as const)('asks twice more after %s', async (code) => {
    const twice = failing(2, new AppError(code, 'away'));
    expect(await new Patience([], simulatedTime()).ask(twice.call, open())).toBe('answer');
    const often = failing(9, new AppError(code, 'away'));
    await expect(new Patience([], simulatedTime()).ask(often.call, open())).rejects.toMatchObject({ code });
    expect(often.calls()).toBe(3);
  });

  it.each(['permission_denied', 'failed_precondition', 'conflict'] as const)('asks once where the answer is %s', async (code) => {
    const { call, calls } = failing(9, new AppError(code, 'no'));
    await expect(new Patience().ask(call, open())).rejects.toMatchObject({ code });
    expect(calls()).toBe(1);
  });

  it('waits as long as it is told, and so do the others', async () => {
    const time = simulatedTime();
    const patience = new Patience([], time);
    const slow = patience.ask(failing(1, new AppError('rate_limited', 'slow down', { retryAfterMs: 150 })).call, open());
    await new Promise(setImmediate);
    const other = patience.ask(async () => time.nowMs(), open());
    expect(await slow).toBe('answer');
    expect(await other).toBe(150);
    expect(time.nowMs()).toBe(150);
  });

  it('waits in real time where nobody brings another', async () => {
    const startedAt = performance.now();
    await new Patience().ask(failing(1, new AppError('rate_limited', 'slow down', { retryAfterMs: 150 })).call, open());
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(145);
  });

  it('gives up where it is told to wait for longer than a quarter of an hour', async () => {
    const { call, calls } = failing(1, new AppError('rate_limited', 'tomorrow', { retryAfterMs: 86_400_000 }));
    await expect(new Patience().ask(call, open())).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 86_400_000 });
    expect(calls()).toBe(1);
  });

  it('sends no more than allowed within any time, and no later than it may', async () => {
    const time = simulatedTime();
    const patience = new Patience([{ requests: 5, withinMs: 100 }, { requests: 8, withinMs: 250 }], time);
    const sentAtMs: number[] = [];
    await Promise.all(Array.from({ length: 20 }, () => patience.ask(async () => sentAtMs.push(time.nowMs()), open())));
    for (const [count, withinMs] of [[5, 100], [8, 250]] as const) {
      for (let index = count; index < sentAtMs.length; index += 1) expect((sentAtMs[index] ?? 0) - (sentAtMs[index - count] ?? 0)).toBeGreaterThanOrEqual(withinMs);
    }
    expect(sentAtMs).toEqual([...Array(5).fill(0), ...Array(3).fill(100), ...Array(5).fill(250), ...Array(3).fill(350), ...Array(4).fill(500)]);
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
