import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { aGateway, type Gateway } from './a-gateway.js';
import { inventoryWorld } from './certificate-stand-in.js';
import { discoveryStandIn, discoveryWorld } from './discovery-stand-in.js';
import { aCertificateRecord, anAuthorityRecord, at } from './records.js';

jest.setTimeout(60_000);

let gateway: Gateway;
let stranger: string;
const authority = { ...anAuthorityRecord({ id: 1, name: 'CorpCA', body: '' }), authorityCertificate: { notBefore: at, notAfter: at } };
beforeAll(async () => {
  gateway = await aGateway({ services: [discoveryStandIn] });
  stranger = (await gateway.aUser('stranger')).token;
  const mine = aCertificateRecord({ id: 1, name: 'shop', serial: '77', authority });
  for (const certificate of [
    mine,
    aCertificateRecord({ id: 2, name: 'shop-again', serial: '77', body: mine.body }),
    aCertificateRecord({ id: 3, name: 'namesake', serial: '77', authority: { ...authority, id: 2 } }),
    aCertificateRecord({ id: 4, name: 'idle', authority }),
  ])
    inventoryWorld.certificates.set(certificate.id, certificate);
});
beforeEach(() => {
  discoveryWorld.served.length = 0;
  inventoryWorld.inputs.length = 0;
});
afterAll(() => gateway.stop());

const revoke = (id: number, body: object = {}, token = gateway.admin) => gateway.send('PUT', `/certificates/${id}/revoke`, { token, body });
const serving = (certificateId: number, isServed: boolean | null) =>
  discoveryWorld.served.push({ id: 5, certificateId, name: 'shop-elb', dnsname: 'shop-1.elb.test', port: 443, isServed, detail: isServed === null ? 'the region does not answer' : 'asked' });
const revoked = () => inventoryWorld.inputs.filter(({ what }) => what === 'revoke').map(({ input }) => input);

describe('a certificate that is revoked', () => {
  it('goes when no endpoint presents it', async () => {
    serving(1, false);
    expect(await revoke(1)).toMatchObject({ status: 200, body: { id: 1 } });
    expect(revoked()).toEqual([1]);
  });

  it('stays while an endpoint presents it, which the refusal names', async () => {
    serving(1, true);
    const { status, body } = await revoke(1);
    expect([status, body.reason]).toEqual([403, 'certificate.still_served']);
    expect(body.message).toContain('endpoint "shop-elb" (shop-1.elb.test:443)');
    expect(revoked()).toEqual([]);
  });

  it('stays while an endpoint cannot be asked, which the refusal says', async () => {
    serving(1, null);
    expect(await revoke(1)).toMatchObject({ status: 403, body: { reason: 'certificate.still_served', message: expect.stringContaining('could not be asked (the region does not answer)') } });
  });

  it('stays while it is presented under another row, and not for a certificate of another authority with its serial', async () => {
    serving(3, true);
    expect((await revoke(1)).status).toBe(200);
    serving(2, true);
    expect((await revoke(1)).status).toBe(403);
  });

  it('goes all the same when it is forced', async () => {
    serving(1, true);
    expect((await revoke(1, { force: true })).status).toBe(200);
  });

  it('is not there, or not the caller’s, before anybody is asked whether it is served', async () => {
    serving(1, true);
    discoveryWorld.inputs.length = 0;
    expect((await revoke(404)).status).toBe(404);
    for (const body of [{}, { force: true }]) {
      const answer = await revoke(1, body, stranger);
      expect([answer.status, answer.body.reason]).toEqual([403, 'authz.certificate_write']);
    }
    expect(discoveryWorld.inputs).toEqual([]);
  });

  it('stays while nobody can be asked, unless it is forced; lists show it all the same', async () => {
    await gateway.platform.service('discovery').stop();
    expect(await revoke(4)).toMatchObject({ status: 503, body: { reason: 'certificate.serving_unknown', message: expect.stringContaining('"force": true') } });
    expect((await revoke(4, { force: true })).status).toBe(200);
    const { status, body } = await gateway.send('GET', '/certificates/4', { token: gateway.admin });
    expect([status, body.endpoints, body.destinations]).toEqual([200, [], []]);
    expect((await gateway.send('GET', '/certificates/4/sources', { token: gateway.admin })).body).toEqual({ items: [], total: 0 });
    expect((await gateway.send('GET', '/endpoints', { token: gateway.admin })).status).toBe(503);
  });
});
