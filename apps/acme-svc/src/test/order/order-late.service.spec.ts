import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import { waitUntil } from '@sifaka/testing';
import { FakeCa, gone, type CaCall } from './fake-ca.js';
import { FakeDns } from './fake-dns.js';
import { OrderPlatform } from './order-platform.js';

const ca = new FakeCa();
const dns = new FakeDns();
let orders: OrderPlatform;

beforeAll(async () => {
  orders = await OrderPlatform.start(ca, dns);
}, 60_000);
afterAll(() => orders.stop());
beforeEach(() => {
  Object.assign(ca, { before: () => undefined, after: () => undefined, isStuck: false, retryAfterMs: null });
  ca.calls.length = 0;
});

const bare = (detail: string) => new AppError('not_found', `ca.test answers 404: ${detail}`);
const failing = (wanted: CaCall, times: number, fault: () => Error) => {
  let left = times;
  ca.before = (call) => {
    if (call === wanted && left-- > 0) throw fault();
  };
};
const endNow = async ({ id }: { id: number }) => {
  await orders.platform.database('acme').query('update acme_order set until = now(), version = version + 1 where id = $1', [id]);
  await orders.wake(id);
};

describe('a 404 of the CA', () => {
  it.each([
    ['certificate', 'in its words', () => gone('no such certificate')],
    ['certificate', 'of a proxy', () => bare('page')],
    ['order', 'in its words', () => gone('no such order')],
    ['order', 'of a proxy', () => bare('page')],
  ] as const)('for the %s, %s, costs neither the certificate nor a second order', async (call, _whose, fault) => {
    failing(call, 2, fault);
    const id = await orders.request([`gone-${call}.test`]);
    expect(await orders.until(id, 'issued')).toMatchObject({ attempts: 2, lastError: null });
    expect(ca.counts()).toMatchObject({ newOrder: 1, finalize: 1 });
  });

  it.each([
    ['in its words', () => gone('no such authorization')],
    ['of a proxy', () => bare('page')],
  ] as const)('for an authorization, %s, leads to another order', async (_whose, fault) => {
    failing('authorization', 1, fault);
    const id = await orders.request(['gone-authorization.test']);
    expect(await orders.until(id, 'issued')).toMatchObject({ attempts: 1 });
    expect(ca.counts()).toMatchObject({ newOrder: 2, finalize: 1 });
  });
});

describe('a certificate that the CA signs when nobody waits for it any more', () => {
  const finalized = async (id: number) => expect((await orders.hears('sifaka.v1.order.finalized', id)).data).toMatchObject({ certificateDer: expect.any(String), chainDer: [expect.any(String)] });

  it('is told of when the order was abandoned while the CA was at it', async () => {
    ca.isStuck = true;
    const id = await orders.request(['cancelled.test']);
    await orders.which(id, ({ state }) => state === 'finalizing');
    await orders.abandon(id);
    const order = await orders.until(id, 'abandoned');
    const looked = () => ca.calls.filter(({ call }) => call === 'order').length;
    const before = looked();
    await waitUntil(() => looked() > before + 1);
    expect(orders.told('sifaka.v1.order.finalized', id)).toEqual([]);
    ca.isStuck = false;
    await finalized(id);
    expect(await orders.until(id, 'issued')).toMatchObject({ id: order.id });
    expect(orders.told('sifaka.v1.order.finalized', id)).toHaveLength(1);
  });

  it('is told of when the order was abandoned while the CA was being asked', async () => {
    ca.after = (call, subject) => (call === 'finalize' && subject.includes('/order/') ? orders.abandon(pending) : undefined);
    const pending = 70_001;
    await orders.request(['asked.test'], { pendingCertificateId: pending });
    await finalized(pending);
  });

  it('is told of when the order was abandoned while the certificate was on its way', async () => {
    const pending = 70_002;
    ca.after = (call) => (call === 'certificate' ? orders.abandon(pending) : undefined);
    await orders.request(['underway.test'], { pendingCertificateId: pending });
    await finalized(pending);
    expect(orders.told('sifaka.v1.order.finalized', pending)).toHaveLength(1);
  });

  it('is told of after the end of its time', async () => {
    ca.isStuck = true;
    const id = await orders.request(['overdue.test']);
    await endNow(await orders.which(id, ({ state }) => state === 'finalizing'));
    await orders.hears('sifaka.v1.order.failed', id);
    ca.isStuck = false;
    await finalized(id);
    expect(await orders.until(id, 'issued')).toMatchObject({ lastError: null });
  });

  it('is collected by a last look when its time is over', async () => {
    ca.before = (call) => {
      if (call === 'finalize') ca.retryAfterMs = 60_000;
    };
    const id = await orders.request(['last-look.test']);
    await endNow(await orders.which(id, ({ state }) => state === 'finalizing'));
    await finalized(id);
    expect(orders.told('sifaka.v1.order.failed', id)).toEqual([]);
  });

  it('is not waited for when the CA never got the request', async () => {
    dns.isSeen = () => false;
    const id = await orders.request(['never.test']);
    await orders.which(id, ({ challenges }) => challenges[0]?.state === 'published');
    await orders.abandon(id);
    const order = await orders.until(id, 'abandoned');
    const isClosed = async () => (await orders.platform.database('acme').query<{ is_closed: boolean }>('select is_closed from acme_order where id = $1', [order.id]))[0]?.is_closed === true;
    await waitUntil(isClosed);
    expect(ca.counts().order).toBeUndefined();
    dns.isSeen = () => true;
  });
});

describe('an end that is asked for again', () => {
  it('is told again: the certificate', async () => {
    const id = await orders.request(['again.test']);
    await orders.until(id, 'issued');
    const first = await orders.hears('sifaka.v1.order.finalized', id);
    await orders.request(['again.test'], { pendingCertificateId: id });
    await waitUntil(() => orders.told('sifaka.v1.order.finalized', id).length === 2, { what: 'a second telling' });
    expect(orders.told('sifaka.v1.order.finalized', id)[1]?.data).toEqual(first.data);
    expect(ca.counts()).toMatchObject({ newOrder: 1, certificate: 1 });
  });

  it('is told again: the failure', async () => {
    const id = await orders.request(['*.again.test'], { challenge: 'http-01' });
    const first = await orders.hears('sifaka.v1.order.failed', id);
    await orders.request(['*.again.test'], { pendingCertificateId: id, challenge: 'http-01' });
    await waitUntil(() => orders.told('sifaka.v1.order.failed', id).length === 2, { what: 'a second telling' });
    expect(orders.told('sifaka.v1.order.failed', id)[1]?.data).toEqual(first.data);
  });

  it('is not told again because the request was delivered twice', async () => {
    const at = new Date();
    const id = await orders.request(['delivered.test'], {}, at);
    await orders.until(id, 'issued');
    await orders.request(['delivered.test'], { pendingCertificateId: id }, at);
    const other = await orders.request(['other-delivered.test']);
    await orders.until(other, 'issued');
    await orders.hears('sifaka.v1.order.finalized', other);
    expect(orders.told('sifaka.v1.order.finalized', id)).toHaveLength(1);
  });
});
