import { describe, expect, it } from '@jest/globals';
import { describeWithPeers } from '@sifaka/peers';
import { expectOk, waitUntil, type Json } from '../harness/index.js';
import { cleanedUp, createAcmeAuthority, issued, pendingOf, request, useAcmeWorld, type AcmeWorld } from './world.js';

/** From the request to the certificate, in the middle of many, when nobody else is served. */
const aloneLimitMs = 5_000;
const orders = 100;

describeWithPeers(['pebble', 'power-dns', 'bind'], 'orders at a CA that refuses every other nonce', () => {
  const world = useAcmeWorld({ pebble: { nonceReject: 50, ordersPerPage: 20 } });
  let authority: Json = null;
  const theAuthority = async () => (authority ??= await createAcmeAuthority(world().admin, world().pebble));

  describe.each([
    { server: 'PowerDNS', zone: 'pdns.test' },
    { server: 'BIND', zone: 'bind.test' },
  ])('through $server', ({ server, zone }) => {
    it('take less than five seconds from the request to the certificate, one at a time', async () => {
      const { admin } = world();
      const times: number[] = [];
      for (let number = 0; number < 10; number += 1) {
        const startedAt = performance.now();
        await issued(admin, await request(admin, { authority: await theAuthority(), names: namesOf(number, `alone.${zone}`) }));
        times.push(performance.now() - startedAt);
      }
      report(`${server}: one order of one to ten names at a time`, times);
      expect(median(times)).toBeLessThan(aloneLimitMs);
    }, 120_000);

    it('end issued, all of a hundred at once, with one to ten names and wildcards', async () => {
      const outcome = await race(world(), await theAuthority(), orders, (number) => namesOf(number, `crowd.${zone}`));
      report(`${server}: ${orders} orders at once`, outcome.times);
      expect(outcome.states).toEqual({ resolved: orders });
      expect(outcome.made).toEqual({ orders, certificates: orders });
      expect(await cleanedUp(world())).toEqual([]);
    }, 240_000);
  });

  it('end issued, all of two hundred at once on one account', async () => {
    const { times, states, made } = await race(world(), await theAuthority(), 200, (number) => [`n${number}.many.bind.test`]);
    report('200 orders at once', times);
    expect(states).toEqual({ resolved: 200 });
    expect(made).toEqual({ orders: 200, certificates: 200 });
    const accounts = expectOk(await world().admin.get('/acme_accounts'));
    expect(accounts.total).toBe(1);
    expect(await cleanedUp(world())).toEqual([]);
  }, 240_000);
});

/** Asks for all at once, and waits until none is waiting any more. */
async function race({ admin, pebble }: AcmeWorld, authority: Json, count: number, names: (number: number) => string[]) {
  const before = { orders: pebble.ordersMade(), certificates: pebble.certificatesIssued() };
  const startedAt = performance.now();
  const pending = await Promise.all(Array.from({ length: count }, (_, number) => request(admin, { authority, names: names(number) })));
  const times: number[] = [];
  const states: Record<string, number> = {};
  const waiting = new Set<number>(pending.map(({ id }) => id));
  const look = async () => {
    const { items } = expectOk(await admin.get('/pending_certificates?count=1000&page=1'));
    const still = new Set(items.map(({ id }: Json) => id));
    for (const id of [...waiting].filter((one) => !still.has(one))) {
      waiting.delete(id);
      times.push(performance.now() - startedAt);
      const { state } = await pendingOf(admin, id);
      states[state] = (states[state] ?? 0) + 1;
    }
    return waiting.size === 0;
  };
  await waitUntil(`${count} orders to end`, look, 200_000);
  return {
    times,
    states,
    made: { orders: pebble.ordersMade() - before.orders, certificates: pebble.certificatesIssued() - before.certificates },
  };
}

/** One to ten names; every third request has a wildcard beside its base name. */
function namesOf(number: number, zone: string): string[] {
  const base = `order-${number}.${zone}`;
  const plain = Array.from({ length: (number % 10) + 1 }, (_, index) => `n${index}.${base}`);
  return number % 3 === 0 ? [base, `*.${base}`, ...plain].slice(0, 10) : plain;
}

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);
const median = (values: readonly number[]): number => sorted(values)[Math.floor((values.length - 1) / 2)] ?? Infinity;

function report(what: string, times: readonly number[]): void {
  const all = sorted(times);
  process.stdout.write(`${what}: p50 ${Math.round(median(all))} ms, longest ${Math.round(all.at(-1) ?? 0)} ms\n`);
}
