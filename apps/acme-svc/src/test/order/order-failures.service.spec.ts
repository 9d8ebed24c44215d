import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@sifaka/kernel';
import type { Problem } from '../../protocol/resources.js';
import { FakeCa } from './fake-ca.js';
import { FakeDns } from './fake-dns.js';
import { aCsr, publicKeyOfCsr } from './fake-issuer.js';
import { OrderPlatform } from './order-platform.js';

const ca = new FakeCa();
const dns = new FakeDns();
let orders: OrderPlatform;

beforeAll(async () => {
  orders = await OrderPlatform.start(ca, dns, { SIFAKA_ACME_PROPAGATION_LIMIT_SECONDS: '1' });
}, 60_000);
afterAll(() => orders.stop());
beforeEach(() => {
  Object.assign(ca, { before: () => undefined, after: () => undefined, validate: () => null, invalidOrder: null, wrongKey: null });
  ca.calls.length = 0;
  Object.assign(dns, { serves: () => true, isSeen: () => true, isRemovable: true });
});

const problem = (type: string, detail: string): Problem => ({ type: `urn:ietf:params:acme:error:${type}`, detail, subproblems: [] });

describe('an order that fails', () => {
  it('is tried four times with a new order each, and then given up with the words of the CA', async () => {
    ca.validate = () => problem('dns', 'no TXT record found');
    const id = await orders.request(['never.test']);
    const order = await orders.until(id, 'failed', 60_000);
    expect(order).toMatchObject({ attempts: 4, nextTryAt: null });
    expect(order.lastError).toBe(`dns-01 validation failed: no TXT record found (dns) (order ${order.orderUrl ?? ''}, "never.test")`);
    expect(ca.counts().newOrder).toBe(4);
    expect(dns.records).toEqual([]);
    await orders.hears('sifaka.v1.order.failed', id);
    expect(orders.told('sifaka.v1.order.failed', id)).toMatchObject([{ data: { attempts: 4, error: order.lastError } }]);
    expect(orders.told('sifaka.v1.order.finalized', id)).toEqual([]);
  });

  it('ends with a certificate when a later attempt succeeds', async () => {
    let asked = 0;
    ca.validate = () => (++asked < 3 ? problem('connection', 'timed out') : null);
    const id = await orders.request(['third.test', 'third-too.test']);
    expect(await orders.until(id, 'issued', 60_000)).toMatchObject({ lastError: null });
    expect(dns.records).toEqual([]);
  });

  it('is given up at once when no other try can help', async () => {
    ca.validate = () => problem('caa', 'CAA record forbids issuance');
    const id = await orders.request(['forbidden.test', 'allowed.test']);
    expect(await orders.until(id, 'failed')).toMatchObject({ attempts: 1, lastError: expect.stringContaining('CAA record forbids issuance') });
    expect(ca.counts().newOrder).toBe(1);
    expect(dns.records).toEqual([]);
  });

  it('is given up when the CA refuses it, in its words', async () => {
    ca.before = (call) => {
      if (call === 'newOrder') throw new AppError('failed_precondition', 'ca.test: policy forbids "refused.test" (rejectedIdentifier)', { reason: 'acme.rejectedIdentifier' });
    };
    const id = await orders.request(['refused.test']);
    expect(await orders.until(id, 'failed')).toMatchObject({ attempts: 1, orderUrl: null, lastError: 'ca.test: policy forbids "refused.test" (rejectedIdentifier)' });
  });

  it('says which names can never be proved, and asks the CA nothing', async () => {
    const address = await orders.request([], { identifiers: [{ type: 'ip', value: '192.0.2.9' }] });
    expect(await orders.until(address, 'failed')).toMatchObject({ lastError: expect.stringMatching(/^IP address 192\.0\.2\.9 cannot be validated by dns-01 \(RFC 8738\)/) });
    const wildcard = await orders.request(['*.any.test'], { challenge: 'http-01' });
    expect(await orders.until(wildcard, 'failed')).toMatchObject({ lastError: expect.stringMatching(/^wildcard "\*\.any\.test" cannot be validated by http-01/) });
    expect(ca.calls).toEqual([]);
  });

  it('waits out a CA that is away, however long', async () => {
    let away = 5;
    ca.before = (call) => {
      if (call === 'order' && away-- > 0) throw new AppError('upstream_timeout', 'ca.test did not answer');
    };
    const id = await orders.request(['outage.test']);
    const waiting = await orders.which(id, ({ attempts }) => attempts > 0);
    expect(waiting).toMatchObject({ state: 'finalizing', lastError: expect.stringContaining('ca.test did not answer'), nextTryAt: expect.any(String) });
    for (let tries = 1; tries <= 5; tries++) {
      await orders.which(id, ({ attempts, state }) => attempts >= tries || state === 'issued');
      await orders.request(['outage.test'], { pendingCertificateId: id });
    }
    expect(await orders.until(id, 'issued')).toMatchObject({ attempts: 5, lastError: null });
    expect(ca.counts()).toMatchObject({ newOrder: 1, finalize: 1 });
  });

  it('is given up when its time is over', async () => {
    ca.before = () => {
      throw new AppError('upstream_failed', 'ca.test answers 500');
    };
    const id = await orders.request(['late.test'], { until: new Date(Date.now() + 1_500).toISOString() });
    expect(await orders.until(id, 'failed')).toMatchObject({ lastError: expect.stringMatching(/^no certificate until .*: ca\.test answers 500$/) });
  });

  it('is tried anew when no server shows the record in time', async () => {
    dns.isSeen = () => false;
    const id = await orders.request(['hidden.test']);
    const tried = await orders.which(id, ({ attempts }) => attempts === 1);
    expect(tried.lastError).toMatch(/^the TXT record _acme-challenge\.hidden\.test is not at all authoritative servers: ns1\.test has no such value.* after 1 s/);
    dns.isSeen = () => true;
    await orders.until(id, 'issued');
    expect(ca.counts().newOrder).toBe(1);
  });

  it('does not take a certificate for another key', async () => {
    ca.wrongKey = publicKeyOfCsr(aCsr(['other.test']));
    const id = await orders.request(['mine.test']);
    expect(await orders.until(id, 'failed')).toMatchObject({ lastError: expect.stringContaining('for another key') });
    expect(orders.told('sifaka.v1.order.finalized', id)).toEqual([]);
  });

  it('tells why the CA did not sign', async () => {
    ca.invalidOrder = problem('badCSR', 'CSR is missing an order domain');
    const id = await orders.request(['csr.test']);
    expect(await orders.until(id, 'failed')).toMatchObject({ attempts: 1, lastError: expect.stringContaining('CSR is missing an order domain (badCSR)') });
  });

  it('keeps at records that cannot be removed', async () => {
    dns.isRemovable = false;
    const id = await orders.request(['sticky.test']);
    await orders.which(id, ({ state }) => state === 'issued');
    await orders.which(id, ({ challenges }) => challenges[0]?.isCleanedUp === false);
    dns.isRemovable = true;
    await orders.until(id, 'issued', 20_000);
    expect(dns.records).toEqual([]);
  });
});

describe('an order that is abandoned', () => {
  it('stops wherever it is, and leaves nothing open', async () => {
    dns.isSeen = () => false;
    const id = await orders.request(['unwanted.test']);
    await orders.which(id, ({ challenges }) => challenges[0]?.state === 'published');
    await orders.abandon(id);
    await orders.until(id, 'abandoned');
    expect(ca.statusOf('unwanted.test')).toBe('deactivated');
    expect(dns.records).toEqual([]);
    expect(orders.told('sifaka.v1.order.failed', id)).toEqual([]);
  });

  it('is never begun when the word comes first', async () => {
    await orders.abandon(90_001);
    await orders.request(['early.test'], { pendingCertificateId: 90_001 });
    const other = await orders.request(['other.test']);
    await orders.until(other, 'issued');
    expect(await orders.order(90_001)).toBeUndefined();
  });
});

describe('the certificate that is replaced', () => {
  const replacesDer = () => ca.issuer.sign({ commonName: 'old.test', spki: publicKeyOfCsr(aCsr(['old.test'])) }).toString('base64');

  it('is named to a CA with renewal information', async () => {
    ca.renewal = { windowStart: new Date(), windowEnd: new Date(Date.now() + 1_000), explanationUrl: null, retryAfterMs: null };
    const id = await orders.request(['old.test'], { replacesDer: replacesDer() });
    await orders.until(id, 'issued');
    expect(ca.asked.at(-1)?.replaces).toMatch(/^[\w-]+\.[\w-]+$/);
  });

  it('is left out when the CA does not want to hear of it', async () => {
    ca.before = (call, _subject, order) => {
      if (call === 'newOrder' && order?.replaces !== null) throw new AppError('failed_precondition', 'already replaced', { reason: 'acme.alreadyReplaced' });
    };
    const id = await orders.request(['old.test'], { replacesDer: replacesDer() });
    expect(await orders.until(id, 'issued')).toMatchObject({ attempts: 0 });
  });
});
