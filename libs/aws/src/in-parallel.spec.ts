import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inParallel, merged } from './in-parallel.js';

async function all<Part>(parts: AsyncIterable<Part>): Promise<Part[]> {
  const found: Part[] = [];
  for await (const part of parts) found.push(part);
  return found;
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('inParallel', () => {
  it('hands over every result once, and keeps its limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(5), { maxLength: 30 }), fc.integer({ min: 1, max: 6 }), async (turns, limit) => {
        let underWay = 0;
        let most = 0;
        const work = async (index: number) => {
          most = Math.max(most, (underWay += 1));
          for (let count = 0; count < (turns[index] ?? 0); count++) await turn();
          underWay -= 1;
          return index;
        };
        expect((await all(inParallel(turns.keys(), limit, work))).sort((one, other) => one - other)).toEqual([...turns.keys()]);
        expect(most).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 50 },
    );
  });

  it('hands over what is done while another one waits', async () => {
    let release = () => {};
    const slow = new Promise<void>((resolve) => (release = resolve));
    const seen: number[] = [];
    for await (const item of inParallel([0, 1, 2, 3], 2, async (each) => (each === 0 ? slow.then(() => each) : each))) {
      seen.push(item);
      if (seen.length === 3) release();
    }
    expect(seen).toEqual([1, 2, 3, 0]);
  });

  it('begins nothing more after a fault, and hands it over', async () => {
    const begun: number[] = [];
    const work = async (item: number) => {
      begun.push(item);
      await turn();
      if (item === 1) throw new Error('one is bad');
      return item;
    };
    await expect(all(inParallel(Array(100).keys(), 2, work))).rejects.toThrow('one is bad');
    expect(begun.length).toBeLessThan(5);
  });
});

describe('merged', () => {
  const stream = async function* (name: string, count: number, closed: string[] = []): AsyncGenerator<string> {
    try {
      for (let index = 0; index < count; index++) {
        await turn();
        yield `${name}${index}`;
      }
    } finally {
      closed.push(name);
    }
  };

  it('hands over all parts of all streams, those of each in their order', async () => {
    const parts = await all(merged([stream('a', 3), stream('b', 0), stream('c', 5), stream('d', 1)], 2));
    expect([...parts].sort()).toEqual(['a0', 'a1', 'a2', 'c0', 'c1', 'c2', 'c3', 'c4', 'd0']);
    for (const name of ['a', 'c']) expect(parts.filter((part) => part.startsWith(name))).toEqual(parts.filter((part) => part.startsWith(name)).sort());
  });

  it('closes the streams that are open when nobody listens any more', async () => {
    const closed: string[] = [];
    for await (const _part of merged([stream('a', 100, closed), stream('b', 100, closed), stream('c', 100, closed)], 2)) break;
    expect(closed.sort()).toEqual(['a', 'b']);
  });
});
