import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  askEndpoint,
  checkEndpoint,
  checkServed,
  confirmEndpoint,
  createEndpoint,
  deleteEndpoint,
  deploymentSucceeded,
  destinationDeleted,
  findEndpoints,
  findRotatable,
  getEndpoint,
  listEndpoints,
  pointEndpoint,
  removeFromSource,
  updateEndpoint,
  type EndpointRecord,
  type RequestOf,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { newEvent } from '@sifaka/messaging';
import { certificatePem, parseCertificate } from '@sifaka/pki';
import { aPrincipal, freePort, waitUntil } from '@sifaka/testing';
import { aDiscoveryService, admin, aSource, named, sync, window, type DiscoveryPlatform } from './a-discovery-service.js';
import { anEndpoint, foundCertificate, foundEndpoint, placeAt, type MemoryPlace } from './memory-source.js';
import { someCa } from './some-ca.js';

const ca = someCa('Watched');
let discovery: DiscoveryPlatform;
const servers: ReturnType<typeof createServer>[] = [];
beforeAll(async () => {
  discovery = await aDiscoveryService({ SIFAKA_OUTBOUND_CA: certificatePem(parseCertificate(ca.rootDer)) });
}, 90_000);
afterAll(async () => {
  for (const server of servers) server.close();
  await discovery.stop();
});

const call: DiscoveryPlatform['platform']['call'] = (...question) => discovery.platform.call(...question);
const get = (id: number) => call('gateway', getEndpoint, { id });
const list = (parts: Partial<RequestOf<typeof listEndpoints>> = {}) => call('gateway', listEndpoints, { window, filter: null, owner: null, certificateId: null, sourceId: null, ids: null, ...parts });

type Manual = RequestOf<typeof createEndpoint>;
let counter = 0;
const manual = (parts: Partial<Manual> = {}): Manual => ({
  name: `manual-${(counter += 1)}`,
  dnsname: `manual-${counter}.corp.test`,
  port: 443,
  type: 'manual',
  owner: 'team@corp.test',
  ownerRoleId: 50,
  active: false,
  startTls: null,
  serverName: null,
  dnsAliases: [],
  expectedCertificateId: null,
  destinationId: null,
  ...parts,
});
const create = (parts: Partial<Manual> = {}, principal = admin) => call('gateway', createEndpoint, manual(parts), { principal });

async function aServer(certificateDer: Buffer, options: TlsOptions = {}): Promise<number> {
  const server = createServer({ key: ca.leafKeyPem, cert: certificatePem(parseCertificate(certificateDer)), ...options });
  server.on('tlsClientError', () => undefined);
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

async function aSourceWith(names: string[]): Promise<{ id: number; place: MemoryPlace; endpoint: EndpointRecord; certificateIds: number[] }> {
  const host = `watched-${(counter += 1)}.example.test`;
  const { id } = await aSource(discovery, { options: named({ host }) });
  const place = placeAt(host);
  const certificates = names.map((name, index) => ({ name, externalId: `arn:${host}:${name}`, certificateDer: null, chainDer: [], isDefault: index === 0 }));
  place.findings = [...names.map((name) => foundCertificate(ca.leaf(), { name, externalId: `arn:${host}:${name}` })), foundEndpoint({ dnsName: host.replace('example', 'elb'), certificates: certificates.slice(0, 1), scope: 'eu-west-1' })];
  await sync(discovery, id);
  const [endpoint] = (await list({ sourceId: id })).items;
  const rows = await discovery.platform.database('discovery').query<{ id: number }>('select certificate_id as id from sighting where source_id = $1 order by id', [id]);
  if (endpoint === undefined) throw new Error('the source reported no endpoint');
  return { id, place, endpoint, certificateIds: rows.map((row) => row.id) };
}

describe('an endpoint made by hand', () => {
  it('belongs to its owner and administrators', async () => {
    const made = await create({ dnsAliases: ['WWW.alias.test'] });
    expect(made).toMatchObject({ isManual: true, owner: 'team@corp.test', sourceId: null, certificateId: null, dnsAliases: ['www.alias.test'], rotatesBy: null, issues: [] });
    expect(await get(made.id)).toEqual(made);
    await discovery.events.waitFor(({ type, data }) => type === 'sifaka.v1.endpoint.created' && Object(data).id === made.id);
    const owner = aPrincipal({ roles: [{ id: 50, name: 'team@corp.test' }] });
    const stranger = aPrincipal({ roles: [{ id: 51, name: 'else@corp.test' }] });
    const change = (principal: typeof admin, parts: Partial<Manual> = {}) => call('gateway', updateEndpoint, { id: made.id, ...manual(parts) }, { principal });
    // Rotations put certificates with their keys there.
    for (const asked of [change(owner, { destinationId: 9 }), create({ destinationId: 9 }, owner)]) await expect(asked).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('role admin') });
    await change(admin, { destinationId: 9 });
    const { dnsname } = await get(made.id);
    await expect(change(owner, { dnsname, destinationId: 9, port: 8443 })).rejects.toMatchObject({ code: 'permission_denied' });
    await change(admin, { dnsname, destinationId: 9, port: 8443 });
    expect(await change(owner, { name: 'changed', dnsname, destinationId: 9, port: 8443 })).toMatchObject({ name: 'changed', destinationId: 9, port: 8443, rotatesBy: 'destination', dnsAliases: [] });
    for (const asked of [change(stranger), call('gateway', deleteEndpoint, { id: made.id }, { principal: stranger }), call('gateway', checkEndpoint, { id: made.id }, { principal: stranger })]) {
      await expect(asked).rejects.toMatchObject({ code: 'permission_denied' });
    }
    await expect(create({}, aPrincipal({ roles: ['read-only'] }))).rejects.toMatchObject({ code: 'permission_denied' });
    expect(await call('gateway', deleteEndpoint, { id: made.id }, { principal: owner })).toEqual({ isDeleted: true });
    expect(await call('gateway', deleteEndpoint, { id: made.id }, { principal: owner })).toEqual({ isDeleted: false });
    await expect(get(made.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is known by its DNS name and port', async () => {
    const { dnsname } = await create({ dnsname: 'Taken.corp.test.' });
    expect(dnsname).toBe('taken.corp.test');
    await expect(create({ dnsname: 'TAKEN.corp.test' })).rejects.toMatchObject({ code: 'already_exists', fields: [{ path: 'dnsname' }] });
    await create({ dnsname, port: 8443 });
  });

  it('is looked at: its certificate is in the inventory then, and what is wrong is told', async () => {
    const good = await aServer(ca.leaf({ names: ['good.corp.test'] }), { minVersion: 'TLSv1.2' });
    const made = await create({ dnsname: '127.0.0.1', port: good, serverName: 'good.corp.test', active: true });
    const seen = await waitUntil(async () => {
      const row = await get(made.id);
      return row.lastCheckedAt === null ? undefined : row;
    });
    expect(seen).toMatchObject({ lastError: null, issues: [], certificates: [{ isDefault: true }], policy: { name: 'observed' } });
    expect(seen.policy?.ciphers.map(({ name }) => name)).toEqual(expect.arrayContaining(['Protocol-TLSv1.2', 'Protocol-TLSv1.3']));
    const foreign = someCa('Foreign');
    const port = await aServer(foreign.leaf({ names: ['other.corp.test'] }), { key: foreign.leafKeyPem, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });
    const wrong = await create({ dnsname: '127.0.0.1', port, serverName: 'bad.corp.test', expectedCertificateId: seen.certificateId });
    const checked = await call('gateway', checkEndpoint, { id: wrong.id }, { principal: admin });
    expect(checked.issues.map(({ name }) => name)).toEqual(['deprecated cipher', 'deprecated protocol', 'wrong certificate', 'untrusted chain', 'wrong host name']);
    const away = await create({ dnsname: '127.0.0.1', port: await freePort() });
    expect((await call('gateway', checkEndpoint, { id: away.id }, { principal: admin })).lastError).toContain('127.0.0.1');
  });

  it('never leads into the network that the installation did not open', async () => {
    const made = await create({ dnsname: '10.255.255.1' });
    expect((await call('gateway', checkEndpoint, { id: made.id }, { principal: admin })).lastError).toMatch(/private|not allowed|refused|public/i);
  });
});

describe('endpoints', () => {
  it('are filtered as Lemur does, and more narrowly', async () => {
    const { id: sourceId, endpoint } = await aSourceWith(['filtered']);
    const aliased = await create({ name: 'plain', dnsAliases: ['special-alias.corp.test'], port: 9443 });
    const ids = async (filter: string) => (await list({ filter })).items.map(({ id }) => id);
    expect(await ids('name;SPECIAL-alias')).toEqual([aliased.id]);
    expect(await ids('port;9443')).toContain(aliased.id);
    expect(await ids('port;9443')).not.toContain(endpoint.id);
    expect((await ids('port;null')).length).toBeGreaterThan(1);
    await expect(list({ filter: 'port;many' })).rejects.toMatchObject({ code: 'invalid_argument' });
    const withCipher = await ids('ciphers;ECDHE-RSA-AES128-GCM-SHA256');
    expect(withCipher).toContain(endpoint.id);
    expect(withCipher).not.toContain(aliased.id);
    expect(await ids('ciphers;ECDHE-RSA')).toEqual([]);
    expect(await ids(`source;${(endpoint.sourceLabel ?? '').toUpperCase()}`)).toContain(endpoint.id);
    expect(await ids('active;false')).toContain(aliased.id);
    expect(await ids('type;elb')).toContain(endpoint.id);
    expect((await list({ sourceId })).total).toBe(1);
    expect((await list({ certificateId: endpoint.certificateId })).items).toEqual([endpoint]);
    const page = await list({ window: { ...window, limit: 1, sortBy: 'name', sortDir: 'asc' } });
    const next = await list({ window: { ...window, limit: 1, cursor: page.nextCursor } });
    expect(next.items[0]?.id).not.toBe(page.items[0]?.id);
    expect((await call('gateway', findEndpoints, { certificateIds: [endpoint.certificateId ?? 0] })).endpoints).toEqual([expect.objectContaining({ id: endpoint.id, certificateId: endpoint.certificateId })]);
  });

  it('of a source keep what it says; owner, active flag and expected certificate are for people', async () => {
    const { id: sourceId, endpoint } = await aSourceWith(['kept']);
    const changed = await call('gateway', updateEndpoint, { id: endpoint.id, ...manual({ name: 'other', owner: 'web@corp.test', ownerRoleId: 60, active: false, expectedCertificateId: 77 }) }, { principal: admin });
    expect(changed).toMatchObject({ name: endpoint.name, dnsname: endpoint.dnsname, port: 443, owner: 'web@corp.test', active: false, expectedCertificateId: 77, issues: [{ name: 'wrong certificate' }] });
    await sync(discovery, sourceId);
    expect(await get(endpoint.id)).toMatchObject({ owner: 'web@corp.test', active: false });
  });
});

describe('a rotation', () => {
  it('finds endpoints, points them through their source, and keeps what came of it', async () => {
    const { id: sourceId, place, endpoint, certificateIds } = await aSourceWith(['old', 'new']);
    const [from = 0, to = 0] = certificateIds;
    const rotatable = (parts: Partial<RequestOf<typeof findRotatable>>) => call('deploy', findRotatable, { endpointIds: null, certificateIds: null, sourceId: null, region: null, afterId: 0, limit: 100, ...parts });
    expect((await rotatable({ certificateIds: [from] })).endpoints).toEqual([expect.objectContaining({ id: endpoint.id, store: 'memory:main', scope: 'eu-west-1', rotatesBy: 'source' })]);
    expect((await rotatable({ region: 'eu-west-1', sourceId })).endpoints).toHaveLength(1);
    expect((await rotatable({ region: 'us-east-1', sourceId })).endpoints).toEqual([]);
    const stored = (certificateId: number, name: string) => ({ certificateId, name, externalId: null, fingerprint: 'ab' });
    await call('deploy', pointEndpoint, { id: endpoint.id, from: stored(from, 'old'), to: stored(to, 'new') });
    expect(place.pointed).toEqual([{ dnsName: endpoint.dnsname, from: 'old', to: 'new' }]);
    place.served = (each) => ({ ...each, certificates: [{ name: 'new', externalId: null, certificateDer: null, chainDer: [], isDefault: true }] });
    expect(await call('deploy', askEndpoint, { id: endpoint.id, certificateId: to })).toMatchObject({ isServed: true });
    expect(await call('deploy', askEndpoint, { id: endpoint.id, certificateId: from })).toMatchObject({ isServed: false });
    // The store holds it, and no run has found it there yet.
    const fresh = { certificateId: 7001, name: 'fresh', externalId: 'arn:fresh', fingerprint: 'cd' };
    place.served = (each) => ({ ...each, certificates: [{ name: null, externalId: 'arn:fresh', certificateDer: null, chainDer: [], isDefault: true }] });
    expect(await call('deploy', askEndpoint, { id: endpoint.id, certificateId: from })).toMatchObject({ isServed: null });
    await call('deploy', pointEndpoint, { id: endpoint.id, from: stored(from, 'old'), to: fresh });
    expect(await call('deploy', askEndpoint, { id: endpoint.id, certificateId: 7001 })).toMatchObject({ isServed: true });
    expect(await call('deploy', askEndpoint, { id: endpoint.id, certificateId: from })).toMatchObject({ isServed: false });
    for (let times = 0; times < 2; times++) await call('deploy', confirmEndpoint, { id: endpoint.id, fromCertificateId: from, toCertificateId: to });
    expect(await get(endpoint.id)).toMatchObject({ certificateId: to, certificates: [{ certificateId: to, isDefault: true }] });
    expect(await call('deploy', removeFromSource, { sourceId, certificate: stored(from, 'old') })).toEqual({ isRemoved: true });
    expect(place.removed).toEqual(['old']);
    place.faults.set('updateEndpoint', new AppError('conflict', 'the listener is being changed'));
    await expect(call('deploy', pointEndpoint, { id: endpoint.id, from: stored(to, 'new'), to: stored(from, 'old') })).rejects.toMatchObject({ code: 'conflict', message: 'the listener is being changed' });
  });

  it('of an endpoint that nobody can change is refused', async () => {
    const { id } = await create();
    const stored = { certificateId: 1, name: 'x', externalId: null, fingerprint: 'ab' };
    await expect(call('deploy', pointEndpoint, { id, from: stored, to: stored })).rejects.toMatchObject({ code: 'failed_precondition' });
  });
});

describe('whether a certificate is served', () => {
  it('is asked of the source where it can tell, and of the endpoint where not', async () => {
    const { place, endpoint, certificateIds } = await aSourceWith(['served']);
    const [certificateId = 0] = certificateIds;
    const served = async (id: number) => (await call('gateway', checkServed, { certificateIds: [id] })).endpoints.map(({ id: at, isServed }) => [at, isServed]);
    expect(await served(certificateId)).toEqual([[endpoint.id, true]]);
    place.served = () => anEndpoint({ certificates: [] });
    expect(await served(certificateId)).toEqual([[endpoint.id, false]]);
    place.served = () => null;
    expect(await served(certificateId)).toEqual([[endpoint.id, false]]);
    place.faults.set('endpoint', new AppError('not_found', 'secret 7 does not exist'));
    expect(await served(certificateId)).toEqual([[endpoint.id, null]]);
    place.faults.set('endpoint', new AppError('upstream_failed', 'away'));
    expect(await served(certificateId)).toEqual([[endpoint.id, null]]);
    const port = await aServer(ca.leaf({ names: ['asked.corp.test'] }));
    const made = await create({ dnsname: '127.0.0.1', port, serverName: 'asked.corp.test' });
    const seen = await call('gateway', checkEndpoint, { id: made.id }, { principal: admin });
    expect(await served(seen.certificateId ?? 0)).toEqual([[made.id, true]]);
    servers.at(-1)?.close();
    expect(await served(seen.certificateId ?? 0)).toEqual([[made.id, null]]);
  });
});

describe('a destination that was seen to serve a certificate', () => {
  it('has an endpoint, which goes with it', async () => {
    const bus = await discovery.platform.bus.connect('deploy');
    const tell = ({ subject, envelope }: ReturnType<typeof newEvent>) => bus.connection.publish(subject, JSON.stringify(envelope));
    const deployed = (destinationId: number, certificateId: number, host: string, serverName: string | null, at = new Date()) =>
      tell(
        newEvent(
          deploymentSucceeded,
          {
            id: 1,
            certificateId,
            destinationId,
            destinationLabel: 'edge',
            plugin: 'ssh-destination',
            fingerprintSha256: `${certificateId}`.padStart(64, '0'),
            externalId: null,
            isAdopted: false,
            proofs: [{ host, port: 443, serverName, startTls: null, isServed: true, detail: null }],
          },
          { at, subject: '1' },
        ),
      );
    const ofDestination = async (id: number) => (await list({ window: { ...window, limit: 1_000 } })).items.filter(({ destinationId }) => destinationId === id);
    deployed(901, 5001, '192.0.2.7', 'www.edge.test');
    const [made] = await waitUntil(async () => {
      const found = await ofDestination(901);
      return found.length > 0 ? found : undefined;
    });
    expect(made).toMatchObject({ dnsname: '192.0.2.7', serverName: 'www.edge.test', type: 'ssh-destination', certificateId: 5001, rotatesBy: 'destination', isManual: false });
    deployed(901, 5002, '192.0.2.7', 'www.edge.test');
    await waitUntil(async () => (await get(made?.id ?? 0)).certificateId === 5002);
    // Heard late: something newer was said.
    deployed(901, 5001, '192.0.2.7', 'www.edge.test', new Date(Date.now() - 60_000));
    // Another name at the same place is another endpoint.
    deployed(902, 5003, '192.0.2.7', 'shop.edge.test');
    const [second] = await waitUntil(async () => {
      const found = await ofDestination(902);
      return found.length > 0 ? found : undefined;
    });
    expect(second).toMatchObject({ dnsname: 'shop.edge.test', certificateId: 5003 });
    expect((await get(made?.id ?? 0)).certificateId).toBe(5002);
    tell(newEvent(destinationDeleted, { id: 901, label: 'edge', description: '', plugin: 'ssh-destination' }, { at: new Date(), subject: '901' }));
    await waitUntil(async () => (await ofDestination(901)).length === 0);
    await bus.close();
  });
});
