import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { fixedClock } from '@sifaka/kernel';
import type { Logger } from '@sifaka/observability';
import type { DnsPlugins } from './dns-plugins.js';
import type { DnsProviderRepository } from './dns-provider.repository.js';
import { RefreshZones } from './refresh-zones.js';

const never = () => new Promise<string[]>(() => undefined);

/** Providers whose interfaces answer as told; what is known of their zones is kept in memory. */
function aWorld(answers: (() => Promise<string[]>)[]) {
  const clock = fixedClock(new Date('2030-01-01T00:00:00Z'));
  const known = new Map<number, readonly string[]>();
  const listings: number[] = [];
  const providers = {
    all: async () => answers.map((_answer, id) => ({ id, name: `provider-${id}` })),
    setZones: async (id: number, zones: readonly string[]) => void known.set(id, zones),
    setError: async () => undefined,
  } as unknown as DnsProviderRepository;
  const plugins = { of: async ({ id }: { id: number }) => ({ zones: () => (listings.push(id), answers[id]?.() ?? never()) }) } as unknown as DnsPlugins;
  const logger = { warn: () => undefined } as unknown as Logger;
  return { clock, known, listings, zones: new RefreshZones(providers, plugins, clock, logger) };
}

describe('a look for the zone of a name', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('lists all providers at the same time: one that hangs keeps nobody from the zones of the others', async () => {
    const { known, zones } = aWorld([never, async () => ['fresh.test'], never]);
    const asked = zones.lookFor('_acme-challenge.www.fresh.test');
    await jest.advanceTimersByTimeAsync(3_000);
    expect(await asked).toBe(true);
    expect(known.get(1)).toEqual(['fresh.test']);
  });

  it('that takes long is waited for three seconds once, and goes on for itself', async () => {
    const { clock, listings, zones } = aWorld([never]);
    const first = zones.lookFor('_acme-challenge.a.test');
    await jest.advanceTimersByTimeAsync(3_000);
    expect(await first).toBe(true);
    clock.advance(3_000);
    expect(await zones.lookFor('_acme-challenge.b.test')).toBe(true);
    expect(listings).toEqual([0]);
  });

  it('that found nothing is not made again for the same name for five minutes, and for others after one', async () => {
    const { clock, listings, zones } = aWorld([async () => []]);
    expect(await zones.lookFor('_acme-challenge.a.test')).toBe(true);
    expect(await zones.lookFor('_acme-challenge.b.test')).toBe(false);
    clock.advance(60_000);
    expect(await zones.lookFor('_acme-challenge.a.test')).toBe(false);
    expect(await zones.lookFor('_acme-challenge.b.test')).toBe(true);
    clock.advance(240_000);
    expect(await zones.lookFor('_acme-challenge.a.test')).toBe(true);
    expect(listings).toEqual([0, 0, 0]);
  });
});
