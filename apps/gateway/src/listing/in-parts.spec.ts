import { describe, expect, it } from '@jest/globals';
import { inParts } from './in-parts.js';

describe('inParts', () => {
  const asking = async (count: number) => {
    const asked: number[][] = [];
    const ids = Array.from({ length: count }, (_, index) => index + 1);
    const answers = await inParts(ids, 3, (part) => {
      asked.push(part);
      return Promise.resolve(part.map((id) => `row ${id}`));
    });
    return { asked, answers };
  };

  it.each([
    [0, []],
    [3, [[1, 2, 3]]],
    [4, [[1, 2, 3], [4]]],
  ])('asks about %s ids in parts of three at the most', async (count, expected) => {
    expect((await asking(count)).asked).toEqual(expected);
  });

  it('answers in the order of the ids', async () => {
    expect((await asking(7)).answers).toEqual([1, 2, 3, 4, 5, 6, 7].map((id) => `row ${id}`));
  });
});
