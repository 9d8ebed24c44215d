import { describe, expect, it } from '@jest/globals';
import { AppError, fixedClock } from '@sifaka/kernel';
import type { RpcClient } from '@sifaka/messaging';
import { KeyRevocationLists } from './key-revocation-lists.js';

function aGateway(answer: (id: number) => Promise<string> = async () => 'AAAA') {
  const clock = fixedClock(new Date('2026-01-01T00:00:00Z'));
  const asked: number[] = [];
  const call = async (_query: unknown, { id }: { id: number }) => {
    asked.push(id);
    return { krl: await answer(id), version: '1', updatedAt: '2026-01-01T00:00:00Z' };
  };
  return { asked, clock, lists: new KeyRevocationLists({ call } as unknown as RpcClient, clock) };
}

describe('lists of revoked keys', () => {
  it('are asked for once in five seconds, whoever wants them', async () => {
    const { asked, clock, lists } = aGateway();
    await Promise.all(Array.from({ length: 100 }, () => lists.of(4)));
    await lists.of(4);
    expect(asked).toEqual([4]);
    clock.advance(5_001);
    await lists.of(4);
    expect(asked).toEqual([4, 4]);
  });

  it('are fresh after a revocation', async () => {
    const { asked, lists } = aGateway();
    await lists.of(4);
    lists.forget();
    await lists.of(4);
    expect(asked).toEqual([4, 4]);
  });

  it('that do not exist are remembered as well, those that could not be had are not', async () => {
    const { asked, lists } = aGateway(async (id) => {
      throw new AppError(id === 4 ? 'not_found' : 'unavailable', 'no');
    });
    for (const id of [4, 4, 5, 5]) await expect(lists.of(id)).rejects.toThrow('no');
    expect(asked).toEqual([4, 5, 5]);
  });

  it('are made ten at a time', async () => {
    const { asked, lists } = aGateway(() => new Promise(() => undefined));
    for (let id = 1; id <= 10; id += 1) void lists.of(id);
    await expect(lists.of(11)).rejects.toMatchObject({ code: 'unavailable', reason: 'krl.busy' });
    expect(asked).toHaveLength(10);
  });
});
