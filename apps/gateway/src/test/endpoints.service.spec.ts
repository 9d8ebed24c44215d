import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fixedClock } from '@sifaka/kernel';
import { aGateway, type Gateway } from './a-gateway.js';
import { someCallers, statusesOf, type PermissionRow, type Tokens } from './callers.js';
import { inventoryWorld } from './certificate-stand-in.js';
import { deployStandIn } from './deploy-stand-in.js';
import { deployWorld } from './deployment-stand-in.js';
import { discoveryStandIn, discoveryWorld } from './discovery-stand-in.js';
import { aCertificateRecord, aDestinationRecord, anEndpointRecord } from './records.js';

jest.setTimeout(60_000);

let gateway: Gateway;
let tokens: Tokens;
const clock = fixedClock(new Date());
beforeAll(async () => {
  gateway = await aGateway({ clock, env: { SIFAKA_ENDPOINT_EXPIRY_DAYS: '10' }, services: [deployStandIn, discoveryStandIn] });
  tokens = await someCallers(gateway);
  const inDays = (days: number) => new Date(clock.now().getTime() + days * 86_400_000).toISOString();
  for (const certificate of [aCertificateRecord({ id: 1, name: 'served', notAfter: inDays(9) }), aCertificateRecord({ id: 2, name: 'by-sni', status: 'revoked' }), aCertificateRecord({ id: 3, name: 'wanted' })])
    inventoryWorld.certificates.set(certificate.id, certificate);
  for (const id of [7, 8]) deployWorld.destinations.set(id, aDestinationRecord({ id, label: 'twice' }));
  deployWorld.destinations.set(9, aDestinationRecord({ id: 9, label: 'edge' }));
});
afterAll(() => gateway.stop());

const asAdmin = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => gateway.send(method, path, { token: gateway.admin, body, headers });
const aBody = { name: 'shop', dnsname: 'shop.corp.test' };
const anEndpoint = async (own: Parameters<typeof anEndpointRecord>[0] = { id: 900 }) => {
  discoveryWorld.endpoints.set(own.id, anEndpointRecord(own));
  return own.id;
};
const lastInput = () => discoveryWorld.inputs.at(-1);
const seen = {
  id: 5,
  name: 'shop-elb',
  isManual: false,
  sourceId: 2,
  sourceLabel: 'prod-account',
  type: 'elb',
  certificateId: 1,
  certificates: [
    { certificateId: 1, isDefault: true },
    { certificateId: 2, isDefault: false },
  ],
  expectedCertificateId: 3,
  policy: { id: 1, name: 'tls-2024', ciphers: [{ id: 2, name: 'Protocol-TLSv1', deprecated: true }] },
  issues: [{ name: 'untrusted chain', value: 'nobody knows its issuer' }],
};

describe('endpoints over REST', () => {
  it('are shown with the certificates that they present, and with what is wrong', async () => {
    await anEndpoint(seen);
    const { status, body } = await asAdmin('GET', '/endpoints/5');
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: 5, name: 'shop-elb', sourceLabel: 'prod-account', type: 'elb', policy: seen.policy });
    expect(body.certificate).toMatchObject({ id: 1, name: 'served', issuer: {} });
    expect(Object.keys(body.certificate).sort()).toEqual(
      ['active', 'bits', 'body', 'chain', 'cn', 'commonName', 'csr', 'description', 'id', 'issuer', 'name', 'notAfter', 'notBefore', 'notify', 'owner', 'rotation', 'rotationPolicy', 'status', 'validityEnd', 'validityStart'].sort(),
    );
    expect(body.certificates).toMatchObject([{ id: 1, isDefault: true }, { id: 2, isDefault: false }]);
    expect(body.expectedCertificate).toMatchObject({ id: 3 });
    expect(body.issues.map(({ name }: { name: string }) => name)).toEqual(['deprecated cipher', 'revoked', 'expiring certificate', 'wrong certificate', 'untrusted chain']);
    for (const key of ['certificateId', 'expectedCertificateId']) expect(body).not.toHaveProperty(key);
    expect((await asAdmin('GET', '/endpoints/999999')).status).toBe(404);
  });

  it('have no label of a source where there is none, and no certificate before one was seen', async () => {
    await anEndpoint({ id: 6 });
    const { body } = await asAdmin('GET', '/endpoints/6');
    expect(body).toMatchObject({ certificate: null, certificates: [], expectedCertificate: null, issues: [] });
    expect(body).not.toHaveProperty('sourceLabel');
  });

  it('are listed with the certificates of all in one question, by Lemur’s parameters', async () => {
    await anEndpoint(seen);
    await anEndpoint({ ...seen, id: 6 });
    const before = inventoryWorld.inputs.length;
    const { status, body } = await asAdmin('GET', '/endpoints?filter=port;443&owner=edge@corp.test&certificateId=1&sourceId=2&sortBy=name&sortDir=asc&count=50');
    expect([status, body.total]).toEqual([200, body.items.length]);
    expect(lastInput()).toMatchObject({ filter: 'port;443', owner: 'edge@corp.test', certificateId: 1, sourceId: 2, window: { sortBy: 'name', limit: 50 } });
    expect(inventoryWorld.inputs.slice(before)).toEqual([{ what: 'list', input: expect.objectContaining({ ids: [1, 3, 2] }) }]);
  });

  it('are made by hand, with what they refer to by id or name', async () => {
    const full = { ...aBody, port: '8443', type: 'imap', startTls: 'imap', serverName: 'mail.corp.test', dnsAliases: ['m.corp.test'], owner: 'Edge@corp.test', certificate: { name: 'wanted' }, destination: { label: 'edge' } };
    expect(await asAdmin('POST', '/endpoints', full)).toMatchObject({ status: 200, body: { isManual: true, port: 8443, owner: 'edge@corp.test', destinationId: 9, expectedCertificate: { id: 3 } } });
    const plain = await asAdmin('POST', '/endpoints', { ...aBody, certificate: { id: 3 }, destination: { id: 7 } });
    expect(lastInput()).toMatchObject({ owner: 'admin@sifaka.internal', port: 443, type: 'manual', active: true, startTls: null, serverName: null, expectedCertificateId: 3, destinationId: 7 });
    expect(plain.body).toMatchObject({ name: 'shop', destinationId: 7 });
  });

  it.each([
    ['without a name', { ...aBody, name: undefined }, { name: 'is required' }],
    ['without a DNS name', { ...aBody, dnsname: '' }, { dnsname: 'must not be empty' }],
    ['with a port that is none', { ...aBody, port: 65_536 }, { port: 'must be at most 65535' }],
    ['with an unknown protocol', { ...aBody, startTls: 'gopher' }, { startTls: expect.any(String) }],
    ['with a certificate that is not there', { ...aBody, certificate: { id: 404 } }, { certificate: { _schema: 'certificate 404 does not exist' } }],
    ['with a destination that is not there', { ...aBody, destination: { label: 'nowhere' } }, { destination: { _schema: 'destination "nowhere" does not exist' } }],
    ['with a label that several destinations have', { ...aBody, destination: { label: 'twice' } }, { destination: { _schema: expect.stringContaining('one of 7, 8') } }],
  ])('are refused %s', async (_title, body, reasons) => {
    expect(await asAdmin('POST', '/endpoints', body)).toMatchObject({ status: 400, body: { message: 'Validation Error.', reasons } });
  });

  it('are made once for one Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'an-endpoint' };
    const [first, second] = [await asAdmin('POST', '/endpoints', aBody, key), await asAdmin('POST', '/endpoints', aBody, key)];
    expect([first.status, second.text]).toEqual([200, first.text]);
  });

  it('keep what a change does not name of owner, active flag and expected certificate, and a refused change makes no role', async () => {
    const id = await anEndpoint({ id: 901, owner: 'edge@corp.test', active: false, expectedCertificateId: 3 });
    expect((await asAdmin('PUT', `/endpoints/${id}`, aBody)).status).toBe(200);
    expect(lastInput()).toMatchObject({ id, owner: 'edge@corp.test', active: false, expectedCertificateId: 3 });
    expect((await asAdmin('PUT', `/endpoints/${id}`, { ...aBody, active: true, certificate: null })).status).toBe(200);
    expect(lastInput()).toMatchObject({ active: true, expectedCertificateId: null });
    discoveryWorld.mayEdit = () => false;
    expect((await asAdmin('PUT', `/endpoints/${id}`, { ...aBody, owner: 'stranger@corp.test' })).status).toBe(403);
    discoveryWorld.mayEdit = () => true;
    expect((await asAdmin('GET', '/roles?filter=name;stranger@corp.test')).body.total).toBe(0);
    expect((await asAdmin('PUT', '/endpoints/999999', aBody)).status).toBe(404);
  });

  it('are looked at on request', async () => {
    expect((await asAdmin('POST', `/endpoints/${await anEndpoint()}/check`)).status).toBe(200);
    expect((await asAdmin('POST', `/endpoints/${await anEndpoint({ id: 902, port: 1 })}/check`)).status).toBe(502);
    expect((await asAdmin('POST', '/endpoints/999999/check')).status).toBe(404);
  });
});

const on = (suffix = '') => async () => `/endpoints/${await anEndpoint()}${suffix}`;
const rows: PermissionRow[] = [
  ['list', 'GET', async () => '/endpoints', undefined, [401, 200, 200, 200, 200]],
  ['see', 'GET', on(), undefined, [401, 200, 200, 200, 200]],
  ['create from nothing', 'POST', async () => '/endpoints', {}, [401, 400, 400, 400, 400]],
  ['create', 'POST', async () => '/endpoints', aBody, [401, 200, 200, 403, 200]],
  ['change', 'PUT', on(), aBody, [401, 200, 200, 403, 200]],
  ['look now', 'POST', on('/check'), undefined, [401, 200, 200, 403, 200]],
  ['delete', 'DELETE', on(), undefined, [401, 200, 200, 403, 200]],
];

describe('who may do what with endpoints', () => {
  it.each(rows)('%s', async (...row) => {
    expect(await statusesOf(gateway, tokens, row)).toEqual(row[4]);
  });
});
