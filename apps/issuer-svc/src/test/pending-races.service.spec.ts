import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  cancelPendingCertificate,
  getCertificate,
  getPendingCertificate,
  orderFailed,
  orderFinalized,
  orderProgressed,
  retryPendingCertificate,
  uploadPendingCertificate,
  type PendingCertificateRecord,
} from '@sifaka/contracts';
import { certificatePem } from '@sifaka/pki';
import { standInCa } from '@sifaka/plugin-sdk/conformance';
import { aPrincipal, waitUntil, type EventCollector } from '@sifaka/testing';
import { admin, anAuthority, dns, issue } from './an-issuer.js';
import { byHand, byOrder, later } from './an-outside-ca.js';
import { aPendingWorld, base64, csrDer, type PendingWorld } from './a-pending-world.js';

let world: PendingWorld;
let orders: EventCollector;
beforeAll(async () => {
  world = await aPendingWorld();
  await world.platform.replicate('issuer');
  orders = await world.platform.events('sifaka.v1.order.>');
});
afterAll(() => world.stop());
beforeEach(() => {
  world.ca.create = () => Promise.resolve(byOrder());
  world.ca.cancel = () => Promise.resolve();
});

const get = (id: number) => world.platform.call('gateway', getPendingCertificate, { id }, { principal: admin });
const cancel = (id: number) => world.platform.call('gateway', cancelPendingCertificate, { id, note: '' }, { principal: admin });
const upload = (id: number, body: string, { chain = null, principal = admin }: { chain?: string | null; principal?: typeof admin } = {}) =>
  world.platform.call('gateway', uploadPendingCertificate, { id, body, chain, externalId: null }, { principal });
const signed = (pending: PendingCertificateRecord) => certificatePem(world.ca.sign(pending.csr));
const finalized = (pending: PendingCertificateRecord, der = world.ca.sign(pending.csr)) => ({
  pendingCertificateId: pending.id,
  orderId: 57,
  orderUrl: 'https://acme.example/order/57',
  certificateDer: base64(der),
  chainDer: [base64(world.ca.issuingDer), base64(world.ca.rootDer)],
});
const certificatesOf = async (id: number) => Number((await world.rows('select count(*)::int as n from certificate where pending_certificate_id = $1', [id]))[0]?.n);
const ended = (id: number) => waitUntil(async () => (await get(id)).state !== 'waiting');

describe('an order', () => {
  it('is asked for with everything that acme-svc needs', async () => {
    const old = await issue(world.platform, await anAuthority(world.platform));
    const names = dns('www.corp.test', 'SHOP.corp.test', '*.corp.test');
    names.subAltNames.names.push({ nameType: 'IPAddress', value: '192.0.2.10' });
    const pending = await world.pend('order', { extensions: names, replaces: [{ id: old.id }], dnsProviderId: 9 });
    const { data } = await orders.waitFor(({ subject, type }) => subject === String(pending.id) && type === 'sifaka.v1.order.requested');
    expect(data).toMatchObject({
      pendingCertificateId: pending.id,
      authority: world.authority.order.name,
      csrDer: base64(csrDer(pending)),
      identifiers: [
        { type: 'dns', value: 'shop.corp.test' },
        { type: 'dns', value: 'www.corp.test' },
        { type: 'dns', value: '*.corp.test' },
        { type: 'ip', value: '192.0.2.10' },
      ],
      challenge: 'dns-01',
      profile: 'short',
      dnsProviderId: 9,
      // Of another authority: nothing to say to this one.
      replacesDer: null,
      until: new Date(pending.until).toISOString(),
    });
  });

  it('names the newest certificate of the same authority that it replaces', async () => {
    const [first, second] = [await world.pend('order'), await world.pend('order')];
    await world.tell(orderFinalized, finalized(first));
    await world.tell(orderFinalized, finalized(second));
    await Promise.all([ended(first.id), ended(second.id)]);
    const replaced = (await Promise.all([get(first.id), get(second.id)])).map(({ resolvedCertId }) => ({ id: resolvedCertId ?? 0 }));
    const successor = await world.pend('order', { replaces: replaced });
    const { body } = await world.platform.call('gateway', getCertificate, { id: replaced[1]?.id ?? 0 }, { principal: admin });
    const { data } = await orders.waitFor(({ subject }) => subject === String(successor.id));
    expect(data).toMatchObject({ replacesDer: body.replace(/-----[^-]+-----|\s/g, '') });
  });

  it('that makes progress is shown with it, and not with older news', async () => {
    const { id } = await world.pend('order');
    const news = { pendingCertificateId: id, orderId: 57, state: 'authorizing', attempts: 3, lastError: null, nextTryAt: null, orderUrl: null };
    await world.tell(orderProgressed, { ...news, lastError: 'DNS: SERVFAIL', nextTryAt: '2030-01-01T00:00:00.000Z' }, new Date(Date.now() + 60_000));
    await waitUntil(async () => (await get(id)).numberAttempts === 3);
    expect(await get(id)).toMatchObject({ state: 'waiting', status: 'DNS: SERVFAIL', lastError: 'DNS: SERVFAIL', nextTryAt: expect.stringContaining('2030'), externalId: '57' });
    await world.tell(orderProgressed, { ...news, attempts: 1 });
    await world.tell(orderProgressed, { ...news, attempts: 4 }, new Date(Date.now() + 120_000));
    await waitUntil(async () => (await get(id)).numberAttempts === 4);
    expect(await get(id)).toMatchObject({ status: 'order 57 is authorizing', lastError: null });
  });

  it('that ends with a certificate is filed once, however often it is told', async () => {
    const pending = await world.pend('order', { rotation: true });
    const told = finalized(pending);
    await Promise.all(Array.from({ length: 8 }, () => world.tell(orderFinalized, told)));
    await ended(pending.id);
    const resolved = await get(pending.id);
    expect(resolved).toMatchObject({ state: 'resolved', externalId: '57' });
    await world.tell(orderFinalized, told);
    await world.tell(orderFailed, { pendingCertificateId: pending.id, orderId: 57, orderUrl: null, attempts: 1, error: 'late' });
    await world.tell(orderFinalized, finalized(pending));
    // The other certificate of the same order is the last to be handled.
    await waitUntil(async () => (await world.rows('select 1 from orphan_certificate where pending_certificate_id = $1', [pending.id])).length === 1);
    expect(await certificatesOf(pending.id)).toBe(1);
    expect(await get(pending.id)).toMatchObject({ state: 'resolved', resolvedCertId: resolved.resolvedCertId });
    const certificate = await world.platform.call('gateway', getCertificate, { id: resolved.resolvedCertId ?? 0 }, { principal: admin });
    expect(certificate).toMatchObject({ rotation: true, externalId: '57', chain: expect.stringMatching(/(BEGIN[^]*){2}/) });
  });

  it('that fails says why', async () => {
    const { id } = await world.pend('order');
    await world.tell(orderFailed, { pendingCertificateId: id, orderId: 57, orderUrl: null, attempts: 4, error: 'CAA forbids it' });
    await ended(id);
    expect(await get(id)).toMatchObject({ state: 'failed', lastError: 'CAA forbids it', status: 'CAA forbids it', numberAttempts: 4 });
    expect(orders.heard.some(({ subject, event }) => subject.endsWith('abandoned') && event.subject === String(id))).toBe(false);
  });

  it('with a chain of others is not filed', async () => {
    const pending = await world.pend('order', { extensions: dns('more.corp.test') });
    await world.tell(orderFinalized, finalized(pending, standInCa().sign(pending.csr)));
    await ended(pending.id);
    expect(await get(pending.id)).toMatchObject({ state: 'failed', lastError: expect.stringContaining('its chain does not hold') });
  });

  it('of nobody is kept on record', async () => {
    const pending = await world.pend('order');
    await cancel(pending.id);
    await orders.waitFor(({ subject, type }) => subject === String(pending.id) && type === 'sifaka.v1.order.abandoned');
    await world.tell(orderFinalized, finalized(pending));
    await waitUntil(async () => (await world.rows('select 1 from orphan_certificate where pending_certificate_id = $1', [pending.id])).length === 1);
    expect(await certificatesOf(pending.id)).toBe(0);
  });

  it('is asked for again when somebody will not wait', async () => {
    const { id } = await world.pend('order');
    await world.platform.call('gateway', retryPendingCertificate, { id }, { principal: admin });
    await waitUntil(() => orders.heard.filter(({ event }) => event.subject === String(id) && event.type === 'sifaka.v1.order.requested').length === 2);
  });
});

describe('an order that nobody seems to have heard of', () => {
  const minute = 60_000;
  const requests = (id: number) => orders.heard.filter(({ event }) => event.subject === String(id) && event.type === 'sifaka.v1.order.requested');

  it('is asked for again after ten minutes, and every ten minutes until it makes progress', async () => {
    const { id } = await world.pend('order');
    await waitUntil(() => requests(id).length === 1);
    await world.after(9 * minute, () => world.sweep());
    await world.after(11 * minute, () => world.sweep());
    await waitUntil(() => requests(id).length === 2);
    await world.after(12 * minute, () => world.sweep());
    await world.after(22 * minute, () => world.sweep());
    await waitUntil(() => requests(id).length === 3);
    const [first, second, third] = requests(id);
    expect([second?.event.data, third?.event.data]).toEqual([first?.event.data, first?.event.data]);
    expect(await get(id)).toMatchObject({ state: 'waiting', numberAttempts: 0 });
    await world.tell(orderProgressed, { pendingCertificateId: id, orderId: 57, state: 'authorizing', attempts: 1, lastError: null, nextTryAt: null, orderUrl: null });
    await waitUntil(async () => (await get(id)).numberAttempts === 1);
    const marker = await world.pend('order');
    await world.after(60 * minute, () => world.sweep());
    await waitUntil(() => requests(marker.id).length === 2);
    expect(requests(id)).toHaveLength(3);
  });
});

describe('a certificate that a person brings', () => {
  beforeEach(() => {
    world.ca.create = () => Promise.resolve(byHand());
  });

  it('is filed with the chain of its authority', async () => {
    const pending = await world.pend('upload');
    const { resolvedCertId, state } = await upload(pending.id, signed(pending));
    expect(state).toBe('resolved');
    const certificate = await world.platform.call('gateway', getCertificate, { id: resolvedCertId ?? 0 }, { principal: admin });
    expect(certificate).toMatchObject({ chain: `${world.ca.issuingPem}\n${world.ca.rootPem}`, userId: 1, hasPrivateKey: true });
    await expect(upload(pending.id, signed(pending))).rejects.toMatchObject({ code: 'conflict', reason: 'pending.resolved' });
  });

  it('has to be for the key, from the authority, and brought by somebody who may', async () => {
    const [pending, other] = [await world.pend('upload'), await world.pend('upload')];
    await expect(upload(pending.id, signed(other))).rejects.toMatchObject({ code: 'failed_precondition', reason: 'pending.foreign_key' });
    const foreign = standInCa(new Date(), 'Elsewhere');
    await expect(upload(pending.id, certificatePem(foreign.sign(pending.csr)), { chain: `${foreign.issuingPem}\n${foreign.rootPem}` })).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'pending.wrong_signer',
      message: expect.stringMatching(/"Elsewhere Issuing CA".*"Stand-in Issuing CA"/),
    });
    await expect(upload(pending.id, signed(pending), { chain: foreign.rootPem })).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'Schema.chain' }] });
    await expect(upload(pending.id, 'no pem')).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'body' }] });
    await expect(upload(pending.id, signed(pending), { principal: aPrincipal({ userId: 77 }) })).rejects.toMatchObject({ code: 'permission_denied' });
    expect(await get(pending.id)).toMatchObject({ state: 'waiting' });
    expect(await upload(pending.id, signed(pending), { chain: world.ca.issuingPem, principal: aPrincipal({ userId: 77, roles: [{ id: 20, name: 'payments@corp.test' }] }) })).toMatchObject({ state: 'resolved' });
  });

  it('ends the order that was to bring it', async () => {
    world.ca.create = () => Promise.resolve(byOrder());
    const pending = await world.pend('order');
    await upload(pending.id, signed(pending));
    await orders.waitFor(({ subject, type }) => subject === String(pending.id) && type === 'sifaka.v1.order.abandoned');
  });
});

describe('at the same moment', () => {
  it('an order, an upload and a cancellation come to one end', async () => {
    for (let round = 0; round < 12; round += 1) {
      const pending = await world.pend('order');
      const results = await Promise.allSettled([world.tell(orderFinalized, finalized(pending)), upload(pending.id, signed(pending)), cancel(pending.id), upload(pending.id, signed(pending))]);
      const row = await waitUntil(async () => (await world.rows("select state from pending_certificate where id = $1 and state <> 'waiting'", [pending.id]))[0]);
      const certificates = await certificatesOf(pending.id);
      expect(certificates).toBe(row.state === 'resolved' ? 1 : 0);
      expect(results[2].status === 'fulfilled').toBe(row.state === 'cancelled');
      const uploaded = results.filter((result, index) => index % 2 === 1 && result.status === 'fulfilled');
      expect(uploaded.length).toBeLessThanOrEqual(certificates);
    }
  });

  it('two questions and an upload make one certificate, and nothing is lost by a restart', async () => {
    world.ca.create = () => Promise.resolve(later());
    world.ca.poll = ({ csrDer: csr }) => Promise.resolve(world.ca.issued(csr));
    const pendings = await Promise.all(Array.from({ length: 6 }, () => world.pend('poll')));
    await Promise.allSettled(pendings.flatMap((pending) => [world.poll(pending.id), world.poll(pending.id), upload(pending.id, signed(pending))]));
    for (const { id } of pendings) {
      expect(await get(id)).toMatchObject({ state: 'resolved' });
      expect(await certificatesOf(id)).toBe(1);
    }
    world.ca.create = () => Promise.resolve(later({ retryAfterMs: 1_000 }));
    const waiting = await world.pend('poll');
    await world.platform.restart('issuer');
    await waitUntil(async () => (await get(waiting.id)).state === 'resolved', { timeoutMs: 20_000 });
    expect(await certificatesOf(waiting.id)).toBe(1);
  });
});
