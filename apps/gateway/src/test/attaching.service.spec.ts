import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { aGateway, type Gateway } from './a-gateway.js';
import { inventoryWorld, nextId } from './certificate-stand-in.js';
import { deployStandIn } from './deploy-stand-in.js';
import { aDeploymentRecord, deployWorld } from './deployment-stand-in.js';
import { discoveryStandIn, discoveryWorld } from './discovery-stand-in.js';
import { notifyStandIn } from './notify-stand-in.js';
import { aCertificateRecord, aDestinationRecord, anEndpointRecord, aSourceRecord, hostOption, passwordOption } from './records.js';

jest.setTimeout(60_000);

let gateway: Gateway;
beforeAll(async () => {
  gateway = await aGateway({ services: [deployStandIn, discoveryStandIn, notifyStandIn] });
  for (const [id, label] of [[7, 'edge'], [8, 'twice'], [9, 'twice'], [11, 'other']] as const) deployWorld.destinations.set(id, aDestinationRecord({ id, label }));
  deployWorld.destinations.set(10, aDestinationRecord({ id: 10, label: 'public', plugin: { slug: 'plain', title: '', description: '' } }));
});
beforeEach(() => {
  deployWorld.isAwayForWrites = false;
  inventoryWorld.inputs.length = 0;
  deployWorld.inputs.length = 0;
});
afterAll(() => gateway.stop());

const asAdmin = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => gateway.send(method, path, { token: gateway.admin, body, headers });
const request = { owner: 'shop@corp.test', commonName: 'shop.corp.test', authority: { id: 1 }, validityYears: 1 };
const upload = { owner: 'shop@corp.test', body: '-----BEGIN CERTIFICATE-----', privateKey: '-----BEGIN PRIVATE KEY-----' };
const create = (more: object, headers = {}) => asAdmin('POST', '/certificates', { ...request, ...more }, headers);
const labels = (body: { destinations: { label: string }[] }) => body.destinations.map(({ label }) => label).sort();
const writes = () => inventoryWorld.inputs.filter(({ what }) => what !== 'list');
/** A certificate at these destinations. */
const aCertificateAt = (...destinationIds: number[]): number => {
  const certificate = aCertificateRecord({ id: nextId() });
  inventoryWorld.certificates.set(certificate.id, certificate);
  for (const destinationId of destinationIds) {
    const row = aDeploymentRecord({ id: 1_000 + nextId(), certificateId: certificate.id, destinationId });
    deployWorld.deployments.set(row.id, row);
  }
  return certificate.id;
};

describe('a new certificate', () => {
  it('is put to destinations by id and by label, and shows them at once, without their secrets', async () => {
    const { status, body } = await create({ destinations: [{ id: 7 }, { label: 'public' }, { id: 7 }] });
    expect([status, labels(body)]).toEqual([200, ['edge', 'public']]);
    expect(body.destinations[0]).toMatchObject({ options: [hostOption, { ...passwordOption, value: null }], plugin: { pluginOptions: [hostOption, { ...passwordOption, value: null }] } });
    expect(writes()).toMatchObject([{ what: 'issue', input: { destinationIds: [7, 10] } }]);
    expect(deployWorld.inputs).toContainEqual({ attach: { certificateId: body.id, destinationIds: [7, 10] } });
    expect(labels((await asAdmin('GET', `/certificates/${body.id}`)).body)).toEqual(['edge', 'public']);
  });

  it.each([
    ['one that does not exist', { destinations: [{ id: 7 }, { id: 404 }] }, /destination 404 does not exist/],
    ['a label that nothing has', { destinations: [{ label: 'nowhere' }] }, /"nowhere" does not exist/],
    ['a label that several have', { destinations: [{ label: 'twice' }] }, /several destinations/],
    ['one that needs the key that a CSR keeps elsewhere', { destinations: [{ id: 7 }], csr: '-----BEGIN CERTIFICATE REQUEST-----' }, /needs a private key/],
    ['one that takes no certificates of OpenSSH', { destinations: [{ id: 7 }], authority: { id: 2 } }, /OpenSSH/],
  ])('is refused for %s, and nothing is stored', async (_title, more, message) => {
    const { status, body } = await create(more);
    expect([status, body.message]).toEqual([400, 'Validation Error.']);
    expect(body.reasons).toEqual({ destinations: { _schema: expect.stringMatching(message) } });
    expect(writes()).toEqual([]);
  });

  it('goes without its key to a destination that needs none', async () => {
    expect((await create({ destinations: [{ id: 10 }], csr: '-----BEGIN CERTIFICATE REQUEST-----' })).status).toBe(200);
  });

  it('asks nobody about destinations when it has none', async () => {
    const { status, body } = await create({});
    expect([status, body.destinations]).toEqual([200, []]);
    expect(deployWorld.inputs).toEqual([{ attachmentsOf: [body.id] }]);
  });

  it('is answered all the same when the deployments could not be asked for: they hear of it', async () => {
    deployWorld.isAwayForWrites = true;
    const { status, body } = await create({ destinations: [{ id: 7 }] });
    expect([status, labels(body)]).toEqual([200, ['edge']]);
  });

  it('is answered once for one Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'deployed' };
    const [first, second] = [await create({ destinations: [{ id: 7 }] }, key), await create({ destinations: [{ id: 7 }] }, key)];
    expect([first.status, second.text]).toEqual([200, first.text]);
    expect(writes()).toHaveLength(1);
  });
});

describe('an uploaded certificate', () => {
  it('is put to destinations', async () => {
    const { status, body } = await asAdmin('POST', '/certificates/upload', { ...upload, destinations: [{ label: 'edge' }] });
    expect([status, labels(body)]).toEqual([200, ['edge']]);
    expect(writes()).toMatchObject([{ what: 'upload', input: { destinationIds: [7] } }]);
    expect(deployWorld.inputs).toContainEqual({ attach: { certificateId: body.id, destinationIds: [7] } });
  });

  it('is refused destinations without its key, as Lemur refuses it', async () => {
    const { privateKey: _key, ...keyless } = upload;
    expect(await asAdmin('POST', '/certificates/upload', { ...keyless, destinations: [{ id: 7 }] })).toMatchObject({ status: 400, body: { reasons: { Schema: { destinations: [expect.stringContaining('private key')] } } } });
    expect(writes()).toEqual([]);
  });

  it('is refused what does not exist, before it is stored', async () => {
    expect((await asAdmin('POST', '/certificates/upload', { ...upload, destinations: [{ id: 404 }] })).body.reasons).toEqual({ destinations: { _schema: 'destination 404 does not exist' } });
    expect(writes()).toEqual([]);
  });
});

describe('an edited certificate', () => {
  const edit = (id: number, more: object, token = gateway.admin) => gateway.send('PUT', `/certificates/${id}`, { token, body: { owner: 'shop@corp.test', ...more } });

  it('keeps its rotation policy where nothing is said, and has the one that is said, by id or name, or the default', async () => {
    const id = aCertificateAt();
    for (const more of [{}, { rotationPolicy: { id: 4, days: 30 } }, { rotationPolicy: { name: 'third' } }, { rotationPolicy: null }]) expect((await edit(id, more)).status).toBe(200);
    expect(writes().map(({ input }) => (input as { rotationPolicy?: unknown }).rotationPolicy)).toEqual([undefined, { id: 4 }, { name: 'third' }, null]);
    expect(await edit(id, { rotationPolicy: 'third' })).toMatchObject({ status: 400, body: { reasons: { rotationPolicy: expect.anything() } } });
    expect((await asAdmin('POST', '/certificates/upload', { ...upload, rotationPolicy: { name: 'third' } })).status).toBe(200);
    expect(writes().at(-1)).toMatchObject({ what: 'upload', input: { rotationPolicy: { name: 'third' } } });
  });

  const sets = () => deployWorld.inputs.filter((input) => typeof input === 'object' && input !== null && 'set' in input);

  it('is put to what is new, and taken from what is left out', async () => {
    const id = aCertificateAt(7);
    const { status, body } = await edit(id, { destinations: [{ id: 10 }, { label: 'other' }] });
    expect([status, labels(body)]).toEqual([200, ['other', 'public']]);
    expect(sets()).toEqual([{ set: { certificateId: id, destinationIds: [10, 11] } }]);
    expect((await asAdmin('GET', `/certificates/${id}/deployments`)).body.items.map(({ wanted, state }: Record<string, unknown>) => [wanted, state])).toContainEqual(['removed', 'pending']);
  });

  it('is taken from all when it names none', async () => {
    const id = aCertificateAt(7);
    expect((await edit(id, {})).body.destinations).toEqual([]);
    expect(sets()).toEqual([{ set: { certificateId: id, destinationIds: [] } }]);
  });

  it('asks for no change of destinations where there is none', async () => {
    await edit(aCertificateAt(7, 10), { destinations: [{ id: 10 }, { id: 7 }] });
    expect(sets()).toEqual([]);
  });

  it('is refused what it cannot be put to, and nothing is stored', async () => {
    const id = aCertificateAt();
    inventoryWorld.certificates.set(id, aCertificateRecord({ id, hasPrivateKey: false }));
    expect((await edit(id, { destinations: [{ id: 7 }] })).body.reasons).toEqual({ destinations: { _schema: expect.stringContaining('needs a private key') } });
    expect(writes()).toEqual([]);
  });

  it('says what is saved and what is not, when the deployments go away in between', async () => {
    deployWorld.isAwayForWrites = true;
    const answer = await edit(aCertificateAt(7), { destinations: [] });
    expect(answer).toMatchObject({ status: 503, body: { reason: 'destination.not_saved', message: expect.stringContaining('send the same request again') } });
  });

  it('is not there, or not the caller’s, before anything is wrong with the edit', async () => {
    const stranger = await gateway.aUser('stranger');
    expect((await edit(404, { destinations: [{ id: 404 }] })).status).toBe(404);
    expect((await edit(aCertificateAt(), { destinations: [{ id: 404 }] }, stranger.token)).status).toBe(403);
  });
});

describe('a pending certificate', () => {
  it('keeps its destinations and shows them', async () => {
    const { status, body } = await create({ authority: { id: 3 }, destinations: [{ label: 'edge' }] });
    expect([status, body.resolved, labels(body)]).toEqual([200, false, ['edge']]);
    expect(deployWorld.inputs).not.toContainEqual({ attach: expect.anything() });
    expect(labels((await asAdmin('GET', `/pending_certificates/${body.id}`)).body)).toEqual(['edge']);
    expect(labels((await asAdmin('PUT', `/pending_certificates/${body.id}`, { owner: 'shop@corp.test', destinations: [{ id: 11 }, { id: 10 }] })).body)).toEqual(['other', 'public']);
    expect((await asAdmin('PUT', `/pending_certificates/${body.id}`, { owner: 'shop@corp.test', destinations: [{ id: 404 }] })).body.reasons).toEqual({ destinations: { _schema: 'destination 404 does not exist' } });
    expect((await asAdmin('PUT', `/pending_certificates/${body.id}`, { owner: 'shop@corp.test' })).body.destinations).toEqual([]);
  });

  it('is listed by destination', async () => {
    await asAdmin('GET', '/pending_certificates?destinationId=7');
    expect(inventoryWorld.inputs.at(-1)).toMatchObject({ what: 'listPending', input: { filter: 'destination;7', ids: null } });
    expect((await asAdmin('GET', '/pending_certificates?destinationId=7&filter=name;x')).status).toBe(400);
  });
});

describe('where certificates are', () => {
  it('is asked of each service once for a whole list', async () => {
    const ids = [aCertificateAt(7), aCertificateAt(7, 10)];
    discoveryWorld.endpoints.set(5, anEndpointRecord({ id: 5, name: 'shop-elb', certificates: ids.map((certificateId) => ({ certificateId, isDefault: true })) }));
    discoveryWorld.inputs.length = 0;
    const { body } = await asAdmin('GET', `/certificates?id=${ids.join(',')}`);
    expect(body.items.map(labels)).toEqual([['edge'], ['edge', 'public']]);
    const endpoint = { id: 5, name: 'shop-elb', dnsname: 'e5.corp.test', owner: 'edge@corp.test', type: 'manual', active: true };
    expect(body.items.map(({ endpoints }: { endpoints: unknown }) => endpoints)).toEqual([[endpoint], [endpoint]]);
    expect(deployWorld.inputs).toEqual([{ attachmentsOf: ids }]);
    expect(discoveryWorld.inputs).toEqual([{ endpointsOf: ids }]);
  });

  it('is told of destinations and of sources by itself', async () => {
    const id = aCertificateAt(7, 10);
    discoveryWorld.sources.set(2, aSourceRecord({ id: 2, label: 'prod-account' }));
    discoveryWorld.sightings.push({ certificateId: id, sourceId: 2 });
    expect((await asAdmin('GET', `/certificates/${id}/destinations?count=1&page=2`)).body).toMatchObject({ total: 2, items: [{ id: 10 }] });
    const { body } = await asAdmin('GET', `/certificates/${id}/sources`);
    const redacted = [hostOption, { ...passwordOption, value: null }];
    expect(body).toEqual({ total: 1, items: [{ id: 2, label: 'prod-account', description: 'found there', options: redacted, plugin: { slug: 'network-source', title: 'Network', description: 'TLS endpoints', pluginOptions: redacted } }] });
    for (const what of ['destinations', 'sources']) expect((await asAdmin('GET', `/certificates/404/${what}`)).status).toBe(404);
  });
});

describe('while nobody can be asked about destinations', () => {
  it('what needs them is refused before anything is saved, and the rest goes on without them', async () => {
    const id = aCertificateAt(7);
    await gateway.platform.service('deploy').stop();
    expect((await create({ destinations: [{ id: 7 }] })).status).toBe(503);
    expect((await asAdmin('PUT', `/certificates/${id}`, { owner: 'shop@corp.test', destinations: [{ id: 7 }] })).status).toBe(503);
    expect((await asAdmin('PUT', `/certificates/${id}`, { owner: 'shop@corp.test' })).status).toBe(503);
    expect(writes()).toEqual([]);
    expect((await create({})).status).toBe(200);
    const { status, body } = await asAdmin('GET', `/certificates/${id}`);
    expect([status, body.destinations]).toEqual([200, []]);
  });
});
