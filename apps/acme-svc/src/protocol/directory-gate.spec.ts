import { describe, expect, it } from '@jest/globals';
import { fixedClock, isAppError } from '@sifaka/kernel';
import { DirectoryGate } from './directory-gate.js';
import { NoncePool } from './nonce-pool.js';

const aGate = (limit = 2) => {
  const clock = fixedClock(new Date('2026-11-22T10:00:00Z'));
  return { clock, gate: new DirectoryGate('ca.example', limit, clock) };
};

describe('the gate of a directory', () => {
  it('lets so many through at once and the others in their order, whatever becomes of each', async () => {
    const { gate } = aGate(3);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const work = (index: number) => async () => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      order.push(index);
      if (index % 3 === 0) throw new Error('no');
    };
    const results = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => gate.run('other', null, work(index))));
    expect(most).toBe(3);
    expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(17);
    await expect(gate.run('other', null, async () => 'open')).resolves.toBe('open');
  });

  it('closes for the kind of request and the account that the CA limited, and no longer than a minute', async () => {
    const { gate, clock } = aGate();
    gate.pause('newOrder', 'acct/1', 3_600_000);
    const refused = gate.run('newOrder', 'acct/1', async () => 'in');
    await expect(refused).rejects.toMatchObject({ code: 'rate_limited', reason: 'acme.paused' });
    const waitMs = await refused.then(() => 0, (error: unknown) => (isAppError(error) ? (error.retryAfterMs ?? 0) : 0));
    expect(waitMs).toBeGreaterThanOrEqual(60_000);
    expect(waitMs).toBeLessThanOrEqual(90_000);
    await expect(gate.run('other', 'acct/1', async () => 'in')).resolves.toBe('in');
    await expect(gate.run('newOrder', 'acct/2', async () => 'in')).resolves.toBe('in');
    clock.advance(60_000);
    await expect(gate.run('newOrder', 'acct/1', async () => 'in')).resolves.toBe('in');
  });

  it('closes for everybody while the CA is busy, also for those who were waiting', async () => {
    const { gate } = aGate(1);
    const first = gate.run('other', null, async () => gate.pauseAll(2_000));
    const second = gate.run('newAccount', null, async () => 'in');
    await first;
    await expect(second).rejects.toMatchObject({ code: 'rate_limited' });
  });
});

describe('the nonces of a directory', () => {
  it('are used once, the newest first, and not when they are old', () => {
    const clock = fixedClock(new Date('2026-11-22T10:00:00Z'));
    const pool = new NoncePool(clock);
    for (const nonce of ['a', null, 'not a nonce!', 'b']) pool.add(nonce);
    expect([pool.take(), pool.take(), pool.take()]).toEqual(['b', 'a', undefined]);
    pool.add('c');
    clock.advance(120_000);
    expect(pool.take()).toBeUndefined();
  });

  it('are kept in a bounded number', () => {
    const pool = new NoncePool(fixedClock(new Date(0)));
    for (let index = 0; index < 1_000; index += 1) pool.add(`n${index}`);
    let kept = 0;
    while (pool.take() !== undefined) kept += 1;
    expect(kept).toBe(64);
  });
});
