import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkEndpoint, createEndpoint, getEndpoint, listEndpoints, updateEndpoint, type RequestOf } from '@sifaka/contracts';
import { aPrincipal } from '@sifaka/testing';
import { aDiscoveryService, admin, aSource, findings, named, sync, window, type DiscoveryPlatform } from './a-discovery-service.js';
import { foundEndpoint, placeAt } from './memory-source.js';

let discovery: DiscoveryPlatform;
beforeAll(async () => {
  discovery = await aDiscoveryService();
}, 90_000);
afterAll(() => discovery.stop());

const call: DiscoveryPlatform['platform']['call'] = (...question) => discovery.platform.call(...question);
const get = (id: number) => call('gateway', getEndpoint, { id });
const list = ({ sourceId }: { sourceId: number }) => call('gateway', listEndpoints, { window, filter: null, owner: null, certificateId: null, ids: null, sourceId });
const owner = aPrincipal({ roles: [{ id: 50, name: 'team@corp.test' }] });

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

describe('an endpoint of somebody who is no administrator', () => {
  it('is not looked at inside, though the installation allows it, and nobody reads what a server says', async () => {
    const told = createServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-secret banner\r\n'));
    await once(told.listen(0, '127.0.0.1'), 'listening');
    const { port } = told.address() as AddressInfo;
    const made = await create({ dnsname: '127.0.0.1', port }, owner);
    const check = async (principal: typeof admin) => (await call('gateway', checkEndpoint, { id: made.id }, { principal })).lastError;
    expect(await check(owner)).toContain('not public');
    expect(await check(admin)).toContain('not public');
    await call('gateway', updateEndpoint, { id: made.id, ...manual({ dnsname: '127.0.0.1', port }) }, { principal: admin });
    const lastError = await check(owner);
    expect(lastError).toContain('does not speak TLS');
    expect(lastError).not.toContain('banner');
    await call('gateway', updateEndpoint, { id: made.id, ...manual({ dnsname: 'localhost', port }) }, { principal: owner });
    expect(await check(owner)).toContain('not public');
    told.close();
  });
});

describe('an endpoint that several know', () => {
  const reporting = async (dnsName: string, parts: { slug?: string } = {}) => {
    const host = `several-${(counter += 1)}.example.test`;
    const { id, label } = await aSource(discovery, { options: named({ host }), ...parts });
    placeAt(host).findings = [foundEndpoint({ dnsName, serverName: host })];
    return { id, label, host };
  };

  it('is its source\'s where that can change it, whoever made it before', async () => {
    const made = await create({ dnsname: `early-${(counter += 1)}.elb.test`, expectedCertificateId: 5 }, owner);
    const { id: sourceId } = await reporting(made.dnsname);
    expect(await sync(discovery, sourceId)).toMatchObject({ counts: { endpointsChanged: 1, endpointsSkipped: 0 } });
    expect(await get(made.id)).toMatchObject({ name: made.name, isManual: false, owner: null, active: true, expectedCertificateId: null, sourceId, rotatesBy: 'source' });
    await expect(call('gateway', updateEndpoint, { id: made.id, ...manual() }, { principal: owner })).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('is not taken over by a source that only looks, nor from a source that still reports it', async () => {
    const made = await create({ dnsname: `hand-${(counter += 1)}.corp.test`, serverName: 'own.corp.test' });
    const { id } = await reporting(made.dnsname, { slug: 'plain-source' });
    const run = await sync(discovery, id);
    expect(run).toMatchObject({ state: 'partial', counts: { endpointsChanged: 0, endpointsSkipped: 1 } });
    expect((await findings(discovery, run)).map(({ reason }) => reason)).toEqual([expect.stringContaining('made by hand')]);
    expect(await get(made.id)).toEqual(made);
    const name = `shared-${(counter += 1)}.elb.test`;
    const [weak, other, strong] = [await reporting(name, { slug: 'plain-source' }), await reporting(name, { slug: 'plain-source' }), await reporting(name)];
    await sync(discovery, weak.id);
    const late = await sync(discovery, other.id);
    expect((await findings(discovery, late)).map(({ reason }) => reason)).toEqual([expect.stringContaining(weak.label)]);
    expect((await list({ sourceId: weak.id })).items).toMatchObject([{ serverName: weak.host }]);
    expect(await sync(discovery, strong.id)).toMatchObject({ state: 'succeeded' });
    expect(await sync(discovery, weak.id)).toMatchObject({ counts: { endpointsSkipped: 1 } });
    expect((await list({ sourceId: strong.id })).items).toMatchObject([{ serverName: strong.host }]);
  });
});
