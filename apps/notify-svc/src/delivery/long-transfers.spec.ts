import { describe, expect, it } from '@jest/globals';
import { LongTransfers, type Turn } from './long-transfers.js';

/** Work whose end the test says. */
function work() {
  let end: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const turns: Turn[] = [];
  const done = new Promise<void>((resolve, reject) => ([end, fail] = [resolve, reject]));
  const begin = (turn: Turn) => {
    turns.push(turn);
    return done;
  };
  return { begin, turn: () => turns[0], end: () => end(), fail: (error: Error) => fail(error) };
}
const made = (most = 2) => {
  const faults: unknown[] = [];
  return { faults, transfers: new LongTransfers({ patienceMs: 20, most, onFault: (error) => faults.push(error) }) };
};
const { signal } = new AbortController();
const isOver = async (running: Promise<unknown>) => {
  let over = false;
  void running.then(() => (over = true));
  await new Promise((resolve) => setTimeout(resolve, 60));
  return over;
};

describe('a turn at a target', () => {
  it('keeps its place in the queue while it is short, and its faults are those of the queue', async () => {
    const { transfers, faults } = made();
    await transfers.run(() => Promise.resolve(), signal);
    await expect(transfers.run(() => Promise.reject(new Error('no database')), signal)).rejects.toThrow('no database');
    expect(faults).toEqual([]);
  });

  it('that takes long gives its place back, and ends with the message in hand', async () => {
    const { transfers, faults } = made();
    const slow = work();
    await transfers.run(slow.begin, signal);
    expect(slow.turn()).toEqual({ isAlone: true });
    slow.fail(new Error('no database'));
    await transfers.close(1_000);
    expect(faults).toEqual([new Error('no database')]);
  });

  it('keeps its place when too many go on by themselves', async () => {
    const { transfers } = made(1);
    const [first, second] = [work(), work()];
    await transfers.run(first.begin, signal);
    const running = transfers.run(second.begin, signal);
    expect([await isOver(running), second.turn()]).toEqual([false, { isAlone: false }]);
    second.end();
    await running;
    first.end();
  });

  it('keeps its place when the service stops, for the queue waits for it', async () => {
    const { transfers } = made();
    const [cut, late] = [work(), work()];
    const running = transfers.run(cut.begin, AbortSignal.abort());
    expect(await isOver(running)).toBe(false);
    await transfers.close(1_000);
    const after = transfers.run(late.begin, signal);
    expect(await isOver(after)).toBe(false);
    cut.end();
    late.end();
    await Promise.all([running, after]);
  });

  it('that goes on by itself is waited for when the service stops, but not for ever', async () => {
    const { transfers } = made();
    const slow = work();
    await transfers.run(slow.begin, signal);
    await transfers.close(20);
    const closing = transfers.close(10_000);
    slow.end();
    await closing;
  });
});
