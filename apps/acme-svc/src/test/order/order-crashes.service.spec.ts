import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@sifaka/testing';
import { FakeCa, type CaCall } from './fake-ca.js';
import { FakeDns, type DnsCall } from './fake-dns.js';
import { OrderPlatform } from './order-platform.js';

const ca = new FakeCa();
const dns = new FakeDns();
let orders: OrderPlatform;

beforeAll(async () => {
  orders = await OrderPlatform.start(ca, dns);
}, 60_000);
afterAll(() => orders.stop());
beforeEach(() => {
  Object.assign(ca, { before: () => undefined, after: () => undefined, validate: () => null, listsOrders: true });
  ca.calls.length = 0;
  Object.assign(dns, { after: () => undefined });
});

/** A call that has done its work, and whose answer never gets there: until it is freed, when nobody should listen any more. */
class Silence {
  private isUsed = false;
  private release: () => void = () => undefined;
  private readonly end = new Promise<void>((resolve) => (this.release = resolve));
  hasBegun = false;

  once(): Promise<void> | void {
    if (this.isUsed) return;
    this.isUsed = true;
    this.hasBegun = true;
    return this.end;
  }

  free(): void {
    this.release();
  }
}

const caCalls: readonly CaCall[] = ['newOrder', 'authorization', 'answerChallenge', 'order', 'finalize', 'certificate'];
const dnsCalls: readonly DnsCall[] = ['publish', 'propagation', 'remove'];

describe('a process that dies after the outside has done its part and before the row says so', () => {
  it.each([...caCalls, ...dnsCalls])('at %s leaves an order that goes on: one order at the CA, one certificate, nothing left in DNS', async (point) => {
    const ordersBefore = ca.orderCount;
    const silence = new Silence();
    if (caCalls.some((call) => call === point)) ca.after = (call) => (call === point ? silence.once() : undefined);
    else dns.after = (call) => (call === point ? silence.once() : undefined);

    const name = `${point.toLowerCase()}.crash.test`;
    const id = await orders.request([name]);
    await waitUntil(() => silence.hasBegun);
    const order = await waitUntil(() => orders.order(id));
    await orders.loseLocks();
    await orders.wake(order.id);
    await orders.until(id, 'issued');
    expect(ca.orderCount - ordersBefore).toBe(1);
    expect(ca.calls.filter(({ call, subject }) => call === 'newOrder' && subject === name)).toHaveLength(1);
    expect(ca.counts().finalize).toBe(1);

    // The lost process comes to itself: what it writes does not count any more.
    silence.free();
    await orders.hears('sifaka.v1.order.finalized', id);
    await orders.until(id, 'issued');
    expect(orders.told('sifaka.v1.order.finalized', id)).toHaveLength(1);
    expect(dns.records).toEqual([]);
    expect(await orders.order(id)).toMatchObject({ attempts: 0, lastError: null });
  });

  it('at newOrder makes a second order only where the CA lists none and gives the same request another', async () => {
    ca.listsOrders = false;
    const ordersBefore = ca.orderCount;
    const silence = new Silence();
    ca.after = (call) => (call === 'newOrder' ? silence.once() : undefined);
    const id = await orders.request(['unlisted.crash.test']);
    await waitUntil(() => silence.hasBegun);
    const order = await waitUntil(() => orders.order(id));
    await orders.loseLocks();
    await orders.wake(order.id);
    await orders.until(id, 'issued');
    expect(ca.orderCount - ordersBefore).toBe(2);
    silence.free();
  });

  it('does not take an order that another request made for the same names', async () => {
    const silence = new Silence();
    ca.after = (call) => (call === 'newOrder' ? silence.once() : undefined);
    const lost = await orders.request(['same.crash.test']);
    await waitUntil(() => silence.hasBegun);
    const other = await orders.request(['same.crash.test']);
    await orders.until(other, 'issued');
    const order = await waitUntil(() => orders.order(lost));
    await orders.loseLocks();
    await orders.wake(order.id);
    const [one, two] = [await orders.until(lost, 'issued'), await orders.until(other, 'issued')];
    expect(one.orderUrl).not.toBe(two.orderUrl);
    expect(ca.counts().newOrder).toBe(2);
    silence.free();
  });
});

describe('a service that is stopped', () => {
  it('goes on with its orders when it starts again', async () => {
    dns.isSeen = () => false;
    const ids = await Promise.all(['a', 'b', 'c'].map((label) => orders.request([`${label}.restart.test`])));
    for (const id of ids) await orders.which(id, ({ challenges }) => challenges[0]?.state === 'published');
    await orders.platform.restart('acme');
    dns.isSeen = () => true;
    for (const id of ids) await orders.until(id, 'issued', 20_000);
    expect(ca.counts()).toMatchObject({ newOrder: 3, finalize: 3 });
  }, 60_000);

  it('leaves its orders to the replica that remains', async () => {
    const replica = await orders.platform.replicate('acme');
    dns.isSeen = () => false;
    const ids = await Promise.all(['d', 'e', 'f'].map((label) => orders.request([`${label}.restart.test`])));
    for (const id of ids) await orders.which(id, ({ challenges }) => challenges[0]?.state === 'published');
    await replica.stop();
    dns.isSeen = () => true;
    for (const id of ids) await orders.until(id, 'issued', 20_000);
    expect(ca.counts()).toMatchObject({ newOrder: 3, finalize: 3 });
  }, 60_000);
});
