import { describe, expect, it } from '@jest/globals';
import { fixedClock } from '@sifaka/kernel';
import { KnownZones } from './known-zones.js';
import { TxtSets, type TxtSetStore } from './txt-sets.js';

const setsOver = (store: TxtSetStore, signal = new AbortController().signal) => new TxtSets({ store, provider: 'Sample', signal, settleMs: 1 });

/** A store in memory that says what was written, and with which time to live. */
function memory(first: string[] = []) {
  let values = first;
  const writes: { values: readonly string[]; ttlSeconds: number | null }[] = [];
  const store: TxtSetStore = {
    read: async () => [...values],
    write: async (_name, next, _before, ttlSeconds) => {
      values = [...next];
      writes.push({ values: next, ttlSeconds });
    },
  };
  return { store, writes, values: () => values, set: (next: string[]) => (values = next) };
}

describe('single values in a set that is written whole', () => {
  it('are written together when they come together, beside those of others', async () => {
    const { store, writes } = memory(['theirs']);
    const sets = setsOver(store);
    await Promise.all([sets.add('a.test', 'one', 60), sets.add('a.test', 'two', 30), sets.add('a.test', 'three', 90)]);
    expect(writes).toEqual([
      { values: ['theirs', 'one'], ttlSeconds: 60 },
      { values: ['theirs', 'one', 'two', 'three'], ttlSeconds: 30 },
    ]);
  });

  it('are written again when another writer overwrote them', async () => {
    const { store, values, set } = memory();
    let isFirst = true;
    const write = async (...request: Parameters<TxtSetStore['write']>) => {
      await store.write(...request);
      if (isFirst) set(['theirs']);
      isFirst = false;
    };
    await setsOver({ ...store, write }).add('a.test', 'ours', 60);
    expect(values()).toEqual(['theirs', 'ours']);
  });

  it('are not written when nothing changes, and a removal leaves the time to live to the store', async () => {
    const { store, writes } = memory(['theirs']);
    const sets = setsOver(store);
    await sets.remove('a.test', 'ours');
    await sets.add('a.test', 'theirs', 60);
    expect(writes).toEqual([]);
    await sets.remove('a.test', 'theirs');
    expect(writes).toEqual([{ values: [], ttlSeconds: null }]);
  });

  it('give up when another writer never stops', async () => {
    const { store } = memory();
    await expect(setsOver({ ...store, read: async () => ['theirs'] }).add('a.test', 'ours', 60)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are told of a fault, and the next ones are tried', async () => {
    const { store, values } = memory();
    let isAway = true;
    const sets = setsOver({ ...store, read: async (name) => (isAway ? Promise.reject(new Error('away')) : store.read(name)) });
    await expect(sets.add('a.test', 'one', 60)).rejects.toThrow('away');
    isAway = false;
    await sets.add('a.test', 'two', 60);
    expect(values()).toEqual(['two']);
  });

  it('are given up when the host stops', async () => {
    const stop = new AbortController();
    const { store } = memory();
    const adding = new TxtSets({ store, provider: 'Sample', signal: stop.signal, settleMs: 60_000 }).add('a.test', 'ours', 60);
    stop.abort();
    await expect(adding).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('the zones of a provider', () => {
  it('are asked for once within a minute, and again for a name in none of them', async () => {
    const clock = fixedClock(new Date('2026-11-21T10:00:00Z'));
    const zones = [{ name: 'a.test' }];
    let asked = 0;
    const known = new KnownZones({ provider: 'Sample', clock, load: async () => (asked++, [...zones]) });
    await Promise.all([known.of('x.a.test'), known.of('y.a.test')]);
    expect(asked).toBe(1);
    zones.push({ name: 'b.test' });
    expect(await known.of('x.b.test')).toEqual({ name: 'b.test' });
    expect(asked).toBe(2);
    clock.advance(61_000);
    await known.of('x.b.test');
    expect(asked).toBe(3);
    await expect(known.of('x.c.test')).rejects.toMatchObject({ reason: 'dns.no_zone' });
  });
});
