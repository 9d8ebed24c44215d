import { describe, expect, it } from '@jest/globals';
import { Lookup } from './lookup.js';

describe('Lookup', () => {
  const counting = () => {
    const asked: number[][] = [];
    const lookup = new Lookup<number, string>((keys) => {
      asked.push(keys);
      return Promise.resolve(new Map(keys.filter((key) => key < 10).map((key) => [key, `row ${key}`])));
    });
    return { asked, lookup };
  };

  it('reads once for all who ask at the same moment, each key once', async () => {
    const { asked, lookup } = counting();
    await Promise.all([lookup.find([1, 2]), lookup.find([2, 3])]);
    expect(asked).toEqual([[1, 2, 3]]);
  });

  it('gives each what it asked for and nothing that others asked for', async () => {
    const { lookup } = counting();
    const [first, second] = await Promise.all([lookup.find([1, 2]), lookup.find([3, 99])]);
    expect([...first]).toEqual([
      [1, 'row 1'],
      [2, 'row 2'],
    ]);
    expect([...second]).toEqual([[3, 'row 3']]);
  });

  it('asks nobody for nothing', async () => {
    const { asked, lookup } = counting();
    expect((await lookup.find([])).size).toBe(0);
    expect(asked).toEqual([]);
  });
});
