import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openAcmeAccount } from '@sifaka/contracts';
import { describeWithPeers, startChallengeServer, startPebble, type ChallengeServer, type Pebble } from '@sifaka/peers';
import { parseCertificate } from '@sifaka/pki';
import { waitUntil } from '@sifaka/testing';
import { AcmeConnections, type NewOrder } from '../../protocol/acme-connection.js';
import { ChallengeServerDns } from './challenge-server-dns.js';
import { OrderPlatform } from './order-platform.js';

describeWithPeers(['pebble', 'challenge-server'], 'orders at Pebble, which refuses every other nonce', () => {
  let server: ChallengeServer;
  let pebble: Pebble;
  let dns: ChallengeServerDns;
  let orders: OrderPlatform;
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    server = await startChallengeServer();
    stops.push(() => server.stop());
    pebble = await startPebble({ dnsServer: server.dnsAddress, httpPort: server.httpPort, nonceReject: 50, alternateRoots: 1, ordersPerPage: 5 });
    stops.push(() => pebble.stop());
    dns = new ChallengeServerDns(server);
    orders = await OrderPlatform.start(null, dns);
    stops.push(() => orders.stop());
    const account = { directoryUrl: pebble.directoryUrl, email: 'pki@example.com', caPem: pebble.caPem, isVerified: true, eab: null, existing: null };
    await orders.platform.call('issuer', openAcmeAccount, { authority: 'acme authority', ...account });
  }, 90_000);
  afterAll(async () => {
    for (const end of stops.reverse()) await end();
  });

  it('ends a hundred orders of one to ten names, wildcards included', async () => {
    const before = { orders: pebble.ordersMade(), certificates: pebble.certificatesIssued() };
    const startedAt = performance.now();
    const ids = [];
    for (let number = 0; number < 100; number++) ids.push(await orders.request(namesOf(number)));
    await orders.finalized(ids, 180_000);
    const ended = await orders.ended(ids);
    report('100 orders, 50 % of nonces refused', startedAt, ended);
    expect(ended.map(({ attempts }) => attempts)).toEqual(ids.map(() => 0));
    expect(pebble.ordersMade() - before.orders).toBe(100);
    expect(pebble.certificatesIssued() - before.certificates).toBe(100);
    expect(dns.left).toBe(0);
  }, 240_000);

  it('ends one order within the time of a click', async () => {
    const times = [];
    for (let number = 0; number < 9; number++) {
      const startedAt = performance.now();
      const id = await orders.request([`click-${number}.test`, `*.click-${number}.test`]);
      await orders.hears('sifaka.v1.order.finalized', id);
      times.push(performance.now() - startedAt);
    }
    const median = times.sort((a, b) => a - b)[4] ?? Infinity;
    process.stdout.write(`one order alone: median ${Math.round(median)} ms\n`);
    expect(median).toBeLessThan(5_000);
  }, 120_000);

  it('takes two hundred orders of one account at once, twenty at a time', async () => {
    const before = pebble.ordersMade();
    let most = 0;
    const watch = setInterval(() => {
      void orders.platform
        .database('acme')
        .query<{ count: number }>(`select count(*)::int as count from acme_order where slot = 'held'`)
        .then(([row]) => (most = Math.max(most, row?.count ?? 0)));
    }, 50);
    const startedAt = performance.now();
    const ids = [];
    for (let number = 0; number < 200; number++) ids.push(await orders.request([`crowd-${number}.test`]));
    await orders.finalized(ids, 240_000);
    clearInterval(watch);
    const ended = await orders.ended(ids);
    report(`200 orders at once, ${most} at a time`, startedAt, ended);
    expect(most).toBeLessThanOrEqual(20);
    expect(most).toBeGreaterThan(5);
    expect(pebble.ordersMade() - before).toBe(200);
    expect(ended.every(({ attempts }) => attempts === 0)).toBe(true);
    expect(dns.left).toBe(0);
  }, 300_000);

  it('finds the order again that it asked for before it died', async () => {
    const before = pebble.ordersMade();
    const connections = orders.platform.service('acme').app.get(AcmeConnections, { strict: false });
    const open = connections.of.bind(connections);
    let isAsked = false;
    // The CA has made the order, and nobody hears of it.
    connections.of = async (authority) => {
      const connection = await open(authority);
      const newOrder = async (asked: NewOrder) => {
        await connection.newOrder(asked);
        isAsked = true;
        return new Promise<never>(() => undefined);
      };
      return isAsked ? connection : Object.create(connection, { newOrder: { value: newOrder } });
    };
    const id = await orders.request(['again.test']);
    await waitUntil(() => isAsked);
    const order = await waitUntil(() => orders.order(id));
    await orders.loseLocks();
    await orders.wake(order.id);
    await orders.until(id, 'issued');
    connections.of = open;
    expect(pebble.ordersMade() - before).toBe(1);
  });

  it('takes the chain whose issuer was asked for', async () => {
    const wanted = parseCertificate(await pebble.rootPem(1));
    const id = await orders.request(['alternate.test'], { preferredIssuer: wanted.cn ?? '' });
    await orders.until(id, 'issued');
    const { data } = await orders.hears('sifaka.v1.order.finalized', id);
    const chain: unknown = Object(data).chainDer;
    const issuers = Array.isArray(chain) ? chain.map((der) => parseCertificate(Buffer.from(String(der), 'base64')).issuerDer.toString('hex')) : [];
    expect(issuers).toContain(wanted.subjectDer.toString('hex'));
  });
});

/** One to ten names; every third order has a wildcard beside its base name. */
function namesOf(number: number): string[] {
  const plain = Array.from({ length: (number % 10) + 1 }, (_none, index) => `n${index}.order-${number}.test`);
  if (number % 3 !== 0) return plain;
  return [...plain.slice(0, Math.max(0, plain.length - 2)), `order-${number}.test`, `*.order-${number}.test`].slice(-10);
}

function report(what: string, startedAt: number, ended: readonly { createdAt: string; updatedAt: string }[]): void {
  const times = ended.map(({ createdAt, updatedAt }) => Date.parse(updatedAt) - Date.parse(createdAt)).sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0;
  process.stdout.write(`${what}: ${Math.round(performance.now() - startedAt)} ms in all; one: median ${at(0.5)}, 95 % ${at(0.95)}, longest ${at(1)} ms\n`);
}
