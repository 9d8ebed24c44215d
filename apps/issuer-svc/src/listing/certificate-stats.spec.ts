import { describe, expect, it } from '@jest/globals';
import type { Database } from '@sifaka/database';
import { fixedClock } from '@sifaka/kernel';
import { CertificateStats } from './certificate-stats.js';

/** An inventory that grows by one with every count, each of which takes as long as the test says. */
function anInventory(takesMs: number) {
  const clock = fixedClock(new Date('2026-03-10T12:00:00Z'));
  const counted = { times: 0, fails: false };
  const query = () => {
    counted.times += 1;
    clock.advance(takesMs);
    return counted.fails ? Promise.reject(new Error('away')) : Promise.resolve([{ label: '2048', count: counted.times }]);
  };
  const stats = new CertificateStats({ query } as unknown as Database, clock);
  return { clock, counted, read: async () => (await stats.run({ metric: 'bits' })).values[0], stats };
}

describe('CertificateStats', () => {
  it('counts a small inventory anew each time', async () => {
    const { read } = anInventory(0);
    expect([await read(), await read()]).toEqual([1, 2]);
  });

  it('keeps what took long, for a minute at most', async () => {
    const { read, clock } = anInventory(5_000);
    expect([await read(), await read()]).toEqual([1, 1]);
    clock.advance(59_000);
    expect(await read()).toBe(1);
    clock.advance(1_000);
    expect(await read()).toBe(2);
  });

  it('keeps an answer for sixty times what it took', async () => {
    const { read, clock } = anInventory(10);
    await read();
    clock.advance(599);
    expect(await read()).toBe(1);
    clock.advance(1);
    expect(await read()).toBe(2);
  });

  it('counts once for all who ask meanwhile, and each metric by itself', async () => {
    const { stats, counted } = anInventory(100);
    await Promise.all([stats.run({ metric: 'bits' }), stats.run({ metric: 'bits' }), stats.run({ metric: 'issuer' })]);
    expect(counted.times).toBe(2);
  });

  it('keeps no failure', async () => {
    const { read, counted } = anInventory(5_000);
    counted.fails = true;
    await expect(read()).rejects.toThrow('away');
    counted.fails = false;
    expect(await read()).toBe(2);
  });
});
