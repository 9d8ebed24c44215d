import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readChallengeResponse } from '@sifaka/contracts';
import { waitUntil } from '@sifaka/testing';
import { FakeCa } from './fake-ca.js';
import { FakeDns } from './fake-dns.js';
import { OrderPlatform } from './order-platform.js';

const ca = new FakeCa();
const dns = new FakeDns();
let orders: OrderPlatform;

beforeAll(async () => {
  orders = await OrderPlatform.start(ca, dns, { SIFAKA_ACME_PROPAGATION_LIMIT_SECONDS: '1' });
}, 60_000);
afterAll(() => orders.stop());
beforeEach(() => {
  Object.assign(ca, { offers: ['dns-01', 'http-01', 'tls-alpn-01'], retryAfterMs: null, reusesOrders: false });
  Object.assign(ca, { before: () => undefined, after: () => undefined, validate: () => null });
  ca.calls.length = 0;
  Object.assign(dns, { serves: (name: string) => name.endsWith('.test'), isSeen: () => true, isRemovable: true, mostAtOneName: 0 });
});

describe('an order', () => {
  it('goes from the request to the certificate, with no call too many', async () => {
    const id = await orders.request(['a.one.test']);
    const order = await orders.until(id, 'issued');
    expect(order).toMatchObject({
      attempts: 0,
      lastError: null,
      challenges: [{ type: 'dns-01', state: 'valid', recordName: '_acme-challenge.a.one.test', dnsProvider: { id: 1, name: 'dns one' } }],
    });
    expect(ca.counts()).toMatchObject({ newOrder: 1, answerChallenge: 1, finalize: 1, certificate: 1 });
    const finalized = await orders.hears('sifaka.v1.order.finalized', id);
    expect(orders.told('sifaka.v1.order.finalized', id)).toHaveLength(1);
    expect(finalized.data).toMatchObject({ orderId: order.id, orderUrl: order.orderUrl, chainDer: [ca.issuer.certificate.der.toString('base64')] });
    expect(dns.records).toEqual([]);
  });

  it('tells of each state once, and of looks not at all', async () => {
    ca.processingLooks = 3;
    const id = await orders.request(['a.told.test', 'b.told.test']);
    await orders.until(id, 'issued');
    await orders.hears('sifaka.v1.order.finalized', id);
    const states = orders.told('sifaka.v1.order.progressed', id).map(({ data }) => Object(data).state);
    expect(states).toEqual(['ordered', 'authorizing', 'ready', 'finalizing']);
    ca.processingLooks = 1;
  });

  it('proves a wildcard and its base name by two values at one name', async () => {
    const id = await orders.request(['*.both.test', 'both.test']);
    const { challenges } = await orders.until(id, 'issued');
    expect(challenges.map(({ recordName }) => recordName)).toEqual(['_acme-challenge.both.test', '_acme-challenge.both.test']);
    expect(challenges.map(({ identifier }) => identifier.value).sort()).toEqual(['*.both.test', 'both.test']);
    expect(dns.mostAtOneName).toBe(2);
    expect(dns.records).toEqual([]);
  });

  it('skips names that the CA knows as proved', async () => {
    ca.proved.add('known.test');
    const id = await orders.request(['known.test', 'new.test']);
    const { challenges } = await orders.until(id, 'issued');
    expect(challenges.map(({ identifier, type, state }) => [identifier.value, type, state]).sort()).toEqual([
      ['known.test', null, 'skipped'],
      ['new.test', 'dns-01', 'valid'],
    ]);
    expect(ca.counts().answerChallenge).toBe(1);
  });

  it('does not have the CA look before the authoritative servers show the value', async () => {
    let looks = 0;
    dns.isSeen = () => ++looks > 3;
    const id = await orders.request(['slow.test']);
    await orders.until(id, 'issued');
    expect(looks).toBe(4);
    expect(ca.counts().answerChallenge).toBe(1);
  });

  it('mixes challenges as each name allows', async () => {
    const id = await orders.request(['served.test', '*.served.test', 'elsewhere.example'], {
      challenge: 'auto',
      identifiers: [
        { type: 'dns', value: 'served.test' },
        { type: 'dns', value: '*.served.test' },
        { type: 'dns', value: 'elsewhere.example' },
        { type: 'ip', value: '192.0.2.7' },
      ],
    });
    const { challenges } = await orders.until(id, 'issued');
    expect(Object.fromEntries(challenges.map(({ identifier, type }) => [identifier.value, type]))).toEqual({
      'served.test': 'dns-01',
      '*.served.test': 'dns-01',
      'elsewhere.example': 'http-01',
      '192.0.2.7': 'http-01',
    });
  });

  it('is made at the CA once however often it is asked for', async () => {
    ca.before = async (call) => (call === 'newOrder' ? new Promise((resolve) => setTimeout(resolve, 200)) : undefined);
    const id = await orders.request(['often.test']);
    for (let times = 0; times < 5; times++) await orders.request(['often.test'], { pendingCertificateId: id });
    await orders.until(id, 'issued');
    expect(ca.counts().newOrder).toBe(1);
    await orders.hears('sifaka.v1.order.finalized', id);
    expect(orders.told('sifaka.v1.order.finalized', id)).toHaveLength(1);
  });

  it('passes on profile and wishes for the chain', async () => {
    const id = await orders.request(['profiled.test'], { profile: 'shortlived', preferredIssuer: 'Fake CA R2' });
    await orders.until(id, 'issued');
    expect(ca.asked.at(-1)).toMatchObject({ profile: 'shortlived', replaces: null });
    const finalized = await orders.hears('sifaka.v1.order.finalized', id);
    expect(finalized.data).toMatchObject({ chainDer: [ca.alternate.certificate.der.toString('base64')] });
  });

  it('waits as long as the CA asks for', async () => {
    ca.retryAfterMs = 3_000;
    const startedAt = Date.now();
    const id = await orders.request(['patient.test']);
    await orders.until(id, 'issued', 30_000);
    // After the answer, and after finalize: no look came earlier.
    expect(Date.now() - startedAt).toBeGreaterThan(5_900);
    expect(ca.counts()).toMatchObject({ authorization: 2, order: 1 });
  });

  it('shares no order with another request when the CA would have it so', async () => {
    ca.reusesOrders = true;
    ca.after = (call) => (call === 'answerChallenge' ? new Promise((resolve) => setTimeout(resolve, 300)) : undefined);
    const [first, second] = [await orders.request(['twice.test']), await orders.request(['twice.test'])];
    const [one, two] = [await orders.until(first, 'issued', 30_000), await orders.until(second, 'issued', 30_000)];
    expect(one.orderUrl).not.toBe(two.orderUrl);
    expect([one.attempts, two.attempts]).toEqual([0, 0]);
  });
});

describe('tokens of http-01', () => {
  const answer = (token: string) => orders.platform.call('gateway', readChallengeResponse, { token });

  it('are there for the gateway until the order has ended', async () => {
    let whileAsked: string | null = null;
    ca.before = async (call, url) => {
      if (call !== 'answerChallenge') return;
      whileAsked = (await answer(`token-${url.split('/').at(-1)?.replace('#', '-') ?? ''}`)).keyAuthorization;
    };
    const id = await orders.request(['http.test'], { challenge: 'http-01' });
    await orders.until(id, 'issued');
    expect(whileAsked).toMatch(/^token-\d+-0-http-01\.thumbprint$/);
    expect(await answer(String(whileAsked).split('.')[0] ?? '')).toEqual({ keyAuthorization: null });
    expect(await answer('nobodys')).toEqual({ keyAuthorization: null });
  });

  it('are asked of a destination, waited for, and taken back', async () => {
    const id = await orders.request(['put.test'], { challenge: 'http-01', tokenDestination: 'web server' });
    const order = await orders.which(id, ({ challenges }) => challenges[0]?.state === 'publishing');
    const challengeId = order.challenges[0]?.id ?? 0;
    const isFor = (type: string) => orders.events.heard.filter(({ event }) => event.type === type && Object(event.data).challengeId === challengeId).map(({ event }) => event.data);
    await waitUntil(() => isFor('sifaka.v1.challenge_token.requested').length === 1);
    expect(isFor('sifaka.v1.challenge_token.requested')[0]).toMatchObject({ destination: 'web server', path: expect.stringMatching(/^\.well-known\/acme-challenge\/token-/), content: expect.stringMatching(/\.thumbprint$/) });
    expect(ca.counts().answerChallenge).toBeUndefined();
    await orders.uploaded(challengeId);
    await orders.until(id, 'issued');
    await waitUntil(() => isFor('sifaka.v1.challenge_token.obsolete').length === 1);
  });

  it('count against the order when the destination refuses them', async () => {
    const id = await orders.request(['refused.test'], { challenge: 'http-01', tokenDestination: 'web server' });
    for (let tries = 0; tries < 4; tries++) {
      const order = await orders.which(id, ({ challenges, attempts, state }) => challenges[0]?.state === 'publishing' && attempts === tries && state === 'authorizing');
      await orders.uploadFailed(order.challenges[0]?.id ?? 0, 'no such folder', false);
    }
    const order = await orders.until(id, 'failed');
    expect(order.lastError).toBe(`no such folder (order ${order.orderUrl ?? ''}, "refused.test")`);
  });
});
