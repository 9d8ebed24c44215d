import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { FakeCa } from './fake-ca.js';
import { FakeDns } from './fake-dns.js';
import { OrderPlatform } from './order-platform.js';

const ca = new FakeCa();
const dns = new FakeDns();
let orders: OrderPlatform;

beforeAll(async () => {
  orders = await OrderPlatform.start(ca, dns, { SIFAKA_ACME_PROPAGATION_LIMIT_SECONDS: '2' });
}, 60_000);
afterAll(() => orders.stop());
beforeEach(() => {
  Object.assign(ca, { before: () => undefined, after: () => undefined, isIdle: false, reusesOrders: false });
  ca.calls.length = 0;
  Object.assign(dns, { isSeen: () => true });
});

describe('an order whose names are those of another one', () => {
  it('waits for it when the CA has one order for both, and asks no more until then', async () => {
    ca.reusesOrders = true;
    const hourly = (name: string) => ({ identifiers: [{ type: 'dns' as const, value: name }], challenge: 'http-01' as const, tokenDestination: 'web server' });
    const first = await orders.request(['shared.test'], hourly('shared.test'));
    const one = await orders.which(first, ({ challenges }) => challenges[0]?.state === 'publishing');
    const second = await orders.request(['shared.test'], hourly('shared.test'));
    const two = await orders.which(second, ({ lastError }) => lastError !== null);
    expect(two).toMatchObject({ state: 'requested', attempts: 0, lastError: `waits for order ${one.id}: the CA has one order for both, ${one.orderUrl ?? ''}` });
    // Impatience is answered from our own books.
    await orders.request(['shared.test'], { pendingCertificateId: second });
    const other = await orders.request(['other-shared.test']);
    await orders.until(other, 'issued');
    expect(ca.calls.filter(({ call, subject }) => call === 'newOrder' && subject === 'shared.test')).toHaveLength(2);
    await orders.abandon(first);
    await orders.which(second, ({ challenges }) => challenges[0]?.state === 'publishing');
    expect(await orders.order(second)).toMatchObject({ attempts: 0, lastError: null });
  });
});

describe('an answer to a challenge', () => {
  it('that the CA refused does not count as given', async () => {
    let refusals = 1;
    ca.before = (call) => {
      if (call === 'answerChallenge' && refusals-- > 0) throw new AppError('failed_precondition', 'ca.test: account may not (unauthorized)', { reason: 'acme.unauthorized' });
    };
    const id = await orders.request(['refused.test']);
    await orders.which(id, ({ lastError }) => lastError?.includes('account may not') === true);
    expect(await orders.until(id, 'issued')).toMatchObject({ attempts: 1, lastError: null });
    expect(ca.counts()).toMatchObject({ newOrder: 1, answerChallenge: 2 });
  });

  it('that the CA forgot about is given again, and not for ever', async () => {
    ca.isIdle = true;
    const id = await orders.request(['idle.test']);
    const order = await orders.until(id, 'failed', 60_000);
    expect(order).toMatchObject({ attempts: 4, lastError: expect.stringContaining('the CA has not validated the challenge within 2 s') });
    expect(ca.counts()).toMatchObject({ newOrder: 1, answerChallenge: 4 });
  }, 90_000);
});

describe('the pause that a CA asks for', () => {
  it('is kept, however often the order is asked for again', async () => {
    let refusals = 1;
    ca.before = (call) => {
      if (call === 'newOrder' && refusals-- > 0) throw new AppError('rate_limited', 'too many orders', { reason: 'acme.rateLimited', retryAfterMs: 4_000 });
    };
    const startedAt = Date.now();
    const id = await orders.request(['limited.test']);
    await orders.which(id, ({ attempts }) => attempts === 1);
    await orders.request(['limited.test'], { pendingCertificateId: id });
    await orders.until(id, 'issued');
    expect(Date.now() - startedAt).toBeGreaterThan(3_900);
  });

  it('of our own ends when somebody asks again, and not when the first request is delivered again', async () => {
    let isAway = true;
    ca.before = (call) => {
      if (call === 'newOrder' && isAway) throw new AppError('upstream_failed', 'ca.test answers 500');
    };
    const at = new Date();
    const id = await orders.request(['away.test'], {}, at);
    await orders.which(id, ({ attempts }) => attempts === 1);
    await orders.platform.database('acme').query('update acme_order set faults = 8 where pending_certificate_id = $1', [id]);
    const waiting = await orders.which(id, ({ nextTryAt }) => nextTryAt !== null && Date.parse(nextTryAt) > Date.now() + 60_000, 30_000);
    await orders.request(['away.test'], { pendingCertificateId: id }, at);
    isAway = false;
    const other = await orders.request(['other-away.test']);
    await orders.until(other, 'issued');
    expect(await orders.order(id)).toMatchObject({ state: 'requested', nextTryAt: waiting.nextTryAt });
    await orders.request(['away.test'], { pendingCertificateId: id });
    await orders.until(id, 'issued');
  }, 60_000);
});

describe('a name that may be proved either way', () => {
  it('is proved over http where no resolver answers', async () => {
    dns.serves = () => {
      throw new AppError('upstream_failed', 'no resolver answers', { reason: 'dns.no_resolver' });
    };
    const id = await orders.request(['unresolved.test'], { challenge: 'auto' });
    expect(await orders.until(id, 'issued')).toMatchObject({ attempts: 0, challenges: [{ type: 'http-01' }] });
  });
});
