import { describe, expect, it } from '@jest/globals';
import { Coalescer } from './coalescer.js';

interface Write {
  rows: number[];
  end: (error?: Error) => void;
}

function aCoalescer(options = { rows: 4, lanes: 1, waiting: 10 }) {
  const writes: Write[] = [];
  const coalescer = new Coalescer<number, string>(
    (rows) =>
      new Promise((resolve, reject) => {
        writes.push({ rows, end: (error) => (error === undefined ? resolve(rows.map(String)) : reject(error)) });
      }),
    options,
  );
  return { coalescer, writes };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('coalescer', () => {
  it('joins what arrives in one turn and gives everyone their own results', async () => {
    const { coalescer, writes } = aCoalescer();
    const answers = [coalescer.add([1, 2]), coalescer.add([3])];
    await turn();
    expect(writes.map(({ rows }) => rows)).toEqual([[1, 2, 3]]);
    writes[0]!.end();
    expect(await Promise.all(answers)).toEqual([['1', '2'], ['3']]);
  });

  it('collects while all lanes are busy, up to the size of one write', async () => {
    const { coalescer, writes } = aCoalescer();
    const answers = [coalescer.add([1])];
    await turn();
    answers.push(coalescer.add([2, 3]), coalescer.add([4, 5]), coalescer.add([6]));
    await turn();
    expect(writes).toHaveLength(1);
    writes[0]!.end();
    await turn();
    await turn();
    expect(writes[1]!.rows).toEqual([2, 3, 4, 5]);
    writes[1]!.end();
    await turn();
    await turn();
    expect(writes[2]!.rows).toEqual([6]);
    writes[2]!.end();
    expect((await Promise.all(answers)).flat()).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('writes a group that is larger than one write by itself', async () => {
    const { coalescer, writes } = aCoalescer();
    const answer = coalescer.add([1, 2, 3, 4, 5, 6]);
    await turn();
    writes[0]!.end();
    expect(await answer).toHaveLength(6);
  });

  it('passes a fault to all callers of that write and goes on with the next', async () => {
    const { coalescer, writes } = aCoalescer();
    const [one, two] = [coalescer.add([1]), coalescer.add([2])];
    await turn();
    writes[0]!.end(new Error('lost'));
    await expect(one).rejects.toThrow('lost');
    await expect(two).rejects.toThrow('lost');
    const three = coalescer.add([3]);
    await turn();
    await turn();
    writes[1]!.end();
    expect(await three).toEqual(['3']);
  });

  it('refuses what would make the queue too long, and takes more once it is shorter', async () => {
    const { coalescer, writes } = aCoalescer();
    const early = coalescer.add([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await expect(coalescer.add([10, 11])).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 500 });
    await turn();
    const late = coalescer.add([10, 11]);
    writes[0]!.end();
    await early;
    await turn();
    await turn();
    writes[1]!.end();
    expect(await late).toEqual(['10', '11']);
  });
});
