import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { Coalescer } from './coalescer.js';

describe('Coalescer', () => {
  it('sends what comes at once in one batch and answers each with its own result', async () => {
    const batches: number[][] = [];
    const doubled = new Coalescer<number, number>(
      (items) => {
        batches.push([...items]);
        return Promise.resolve(items.map((item) => item * 2));
      },
      { maxItems: 10, maxRuns: 1 },
    );
    expect(await Promise.all([1, 2, 3].map((item) => doubled.add(item)))).toEqual([2, 4, 6]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('makes no batch longer than the limit', async () => {
    const sizes: number[] = [];
    const echo = new Coalescer<number, number>((items) => Promise.resolve(void sizes.push(items.length)).then(() => items), { maxItems: 4, maxRuns: 2 });
    await Promise.all(Array.from({ length: 10 }, (_, index) => echo.add(index)));
    expect(sizes).toEqual([4, 4, 2]);
  });

  it('answers each alone when one of a batch is refused', async () => {
    const picky = new Coalescer<number, number>(
      (items) => (items.includes(2) ? Promise.reject(new AppError('not_found', 'no 2')) : Promise.resolve(items)),
      { maxItems: 10, maxRuns: 1 },
    );
    const results = await Promise.allSettled([1, 2, 3].map((item) => picky.add(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('does nothing twice after a fault that may have come after the deed', async () => {
    let runs = 0;
    const lost = new Coalescer<number, number>(() => Promise.reject(new AppError('unavailable', `lost ${(runs += 1)}`)), { maxItems: 10, maxRuns: 1 });
    await Promise.allSettled([lost.add(1), lost.add(2)]);
    expect(runs).toBe(1);
  });

  it('runs a batch in the context of one of its own items, not in that of an earlier batch', async () => {
    const context = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const one = new Coalescer<number, number>((items) => Promise.resolve(void seen.push(context.getStore())).then(() => items), { maxItems: 1, maxRuns: 1 });
    await Promise.all(['a', 'b', 'c'].map((name) => context.run(name, () => one.add(1))));
    expect(seen).toEqual(['a', 'b', 'c']);
  });
});
