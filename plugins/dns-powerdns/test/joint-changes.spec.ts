import { describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { JointChanges } from '../src/joint-changes.js';
import { inTurn } from '../src/turns.js';

const aPlace = (send: (names: readonly string[]) => Promise<void>) => {
  const batches: string[][] = [];
  const place = `place ${Math.random()}`;
  const changes = new JointChanges<string>((work) => inTurn(place, work), (names) => (batches.push([...names]), send(names)));
  return { changes, batches };
};

const numbered = (count: number) => Array.from({ length: count }, (_each, index) => String(index));

describe('changes at one place', () => {
  it('go together when they wait for the one before, a hundred at most, none twice', async () => {
    const { changes, batches } = aPlace(() => new Promise((resolve) => setImmediate(resolve)));
    const first = changes.make('first');
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, ...numbered(150).map((name) => changes.make(name))]);
    expect(batches.flat()).toEqual(['first', ...numbered(150)]);
    expect(Math.max(...batches.map(({ length }) => length))).toBe(100);
    expect(batches.length).toBeLessThanOrEqual(3);
  });

  it('that are refused together are made alone: only the one that is meant fails', async () => {
    const refusal = new AppError('failed_precondition', 'not this one');
    const { changes, batches } = aPlace((names) => (names.includes('bad') ? Promise.reject(refusal) : Promise.resolve()));
    const outcomes = await Promise.allSettled(['a', 'bad', 'b'].map((name) => changes.make(name)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: refusal });
    expect(batches).toEqual([['a', 'bad', 'b'], ['a'], ['bad'], ['b']]);
  });

  it('all fail with a fault that is not theirs, once, and the next one is made all the same', async () => {
    let isAway = true;
    const { changes, batches } = aPlace(() => (isAway ? Promise.reject(new AppError('upstream_timeout', 'silence')) : Promise.resolve()));
    const outcomes = await Promise.allSettled(['a', 'b'].map((name) => changes.make(name)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isAway = false;
    await changes.make('c');
    expect(batches).toEqual([['a', 'b'], ['c']]);
  });
});
