import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deleteSource, destinationCreated, destinationUpdated, findSightings, getCertificate, getEndpoint, getSource, listEndpoints, syncSource, type EndpointRecord } from '@sifaka/contracts';
import { AppError, newId } from '@sifaka/kernel';
import { newEvent } from '@sifaka/messaging';
import type { FoundCertificate } from '@sifaka/plugin-sdk';
import { waitUntil } from '@sifaka/testing';
import { aDiscoveryService, admin, aSource, ended, findings, named, rowVersions, sync, window, type DiscoveryPlatform } from './a-discovery-service.js';
import { checkpoint, fault, foundCertificate, foundEndpoint, placeAt, type MemoryPlace } from './memory-source.js';
import { someCa } from './some-ca.js';

let discovery: DiscoveryPlatform;
beforeAll(async () => {
  discovery = await aDiscoveryService({ SIFAKA_ENDPOINT_EXPIRE_HOURS: '0' });
  await discovery.platform.replicate('discovery');
}, 90_000);
afterAll(() => discovery.stop());

const ca = someCa();
const call: DiscoveryPlatform['platform']['call'] = (...question) => discovery.platform.call(...question);
const sql = <R>(text: string, params: unknown[] = []) => discovery.platform.database('discovery').query<R>(text, params);
const linked = async (sourceId: number) => (await sql<{ id: number }>('select distinct certificate_id as id from sighting where source_id = $1 order by 1', [sourceId])).map(({ id }) => id);
const endpointsOf = async (sourceId: number): Promise<EndpointRecord[]> => (await call('gateway', listEndpoints, { window, filter: null, owner: null, certificateId: null, sourceId, ids: null })).items;
const heard = (type: string, sourceId: number) => discovery.events.heard.filter(({ event }) => event.type === type && Object(event.data).sourceId === sourceId).flatMap(({ event }) => Object(event.data).certificateIds as number[]);

let counter = 0;
async function aPlace(slug = 'memory-source'): Promise<{ id: number; place: MemoryPlace }> {
  const host = `sync-${(counter += 1)}.example.test`;
  const { id } = await aSource(discovery, { slug, options: named({ host }) });
  return { id, place: placeAt(host) };
}

const leaves = (count: number, parts: (index: number) => Partial<FoundCertificate> = (index) => ({ name: `cert-${index}`, externalId: `arn:${counter}:${index}` })) =>
  Array.from({ length: count }, (_, index) => foundCertificate(ca.leaf(), { chainDer: [ca.rootDer], ...parts(index) }));

describe('a run over a source', () => {
  it('takes certificates and endpoints over, and the next one changes no row', async () => {
    const { id, place } = await aPlace();
    const presented = { name: 'cert-1', externalId: null, certificateDer: null, chainDer: [], isDefault: true };
    const seen = { name: null, externalId: null, certificateDer: ca.leaf({ names: ['web.found.test'] }), chainDer: [ca.rootDer], isDefault: true };
    place.findings = [
      // Before its certificate: the order is the source's affair.
      foundEndpoint({ dnsName: 'Shop.ELB.test', certificates: [presented, { ...presented, name: null, externalId: `arn:${counter}:2`, isDefault: false }], aliases: ['shop.corp.test'] }),
      ...leaves(3),
      foundEndpoint({ name: 'web', dnsName: 'web.found.test', certificates: [seen], policy: { name: 'old', ciphers: ['Protocol-TLSv1', 'Protocol-TLSv1.1'] } }),
      checkpoint('end'),
    ];
    const run = await sync(discovery, id);
    expect(run).toMatchObject({
      state: 'succeeded',
      error: null,
      resumptions: 0,
      counts: { certificatesFound: 3, certificatesNew: 4, certificatesLinked: 3, certificatesRefused: 0, endpointsFound: 2, endpointsNew: 2, endpointsSkipped: 0, faults: 0 },
    });
    const ids = await linked(id);
    const [shop, web] = (await endpointsOf(id)).sort((a, b) => a.dnsname.localeCompare(b.dnsname));
    expect(shop).toMatchObject({ dnsname: 'shop.elb.test', certificateId: ids[1], certificates: [{ certificateId: ids[1], isDefault: true }, { certificateId: ids[2], isDefault: false }], dnsAliases: ['shop.corp.test'], rotatesBy: 'source', issues: [] });
    expect(web?.issues.map(({ name }) => name)).toEqual(['deprecated cipher', 'deprecated protocol', 'untrusted chain']);
    expect(await call('gateway', getCertificate, { id: ids[0] ?? 0 }, { principal: admin })).toMatchObject({ owner: 'platform@corp.test', externalId: `arn:${counter}:0` });
    expect((await call('gateway', findSightings, { certificateIds: ids })).sightings).toEqual(ids.map((certificateId) => ({ certificateId, sourceId: id })));
    await discovery.events.waitFor(({ type, data }) => type === 'sifaka.v1.source.synchronized' && Object(data).runId === run.id && Object(data).state === 'succeeded');
    await waitUntil(() => heard('sifaka.v1.certificate.sighted', id).length === 3);

    const before = await rowVersions(discovery);
    const second = await sync(discovery, id);
    expect(second).toMatchObject({ state: 'succeeded', counts: { certificatesFound: 3, certificatesNew: 0, certificatesLinked: 0, endpointsFound: 2, endpointsNew: 0, endpointsChanged: 0 } });
    expect(await rowVersions(discovery)).toBe(before);
    expect((await call('gateway', getSource, { id })).lastRun).toBe(second.finishedAt);
  });

  it('goes on past what it cannot take over, and says why', async () => {
    const { id, place } = await aPlace();
    const broken = foundCertificate(Buffer.from('not a certificate'), { name: 'broken' });
    place.findings = [broken, ...leaves(1), foundCertificate(Buffer.alloc(0), { name: 'empty' }), foundCertificate(Buffer.alloc(200_000), { name: 'huge' }), fault('host-9'), foundEndpoint({ port: 0 }), foundEndpoint({ dnsName: 'nobody.test', certificates: [{ name: 'unheard of', externalId: null, certificateDer: null, chainDer: [], isDefault: true }] })];
    const run = await sync(discovery, id);
    expect(run).toMatchObject({ state: 'partial', counts: { certificatesFound: 4, certificatesRefused: 3, certificatesLinked: 1, endpointsFound: 2, endpointsSkipped: 2, endpointsNew: 0, faults: 1 } });
    expect((await findings(discovery, run)).map(({ kind, what, reason }) => [kind, what, reason])).toEqual([
      ['certificate', 'broken', expect.any(String)],
      ['certificate', 'empty', 'it is empty'],
      ['certificate', 'huge', expect.stringContaining('200000 bytes')],
      ['fault', 'host-9', 'it did not answer'],
      ['endpoint', expect.stringContaining('shop-1.elb.test:0'), '0 is no port'],
      ['endpoint', expect.stringContaining('nobody.test:443'), expect.stringContaining('unheard of')],
    ]);
    expect((await call('gateway', getSource, { id })).lastRun).toBeNull();
  });

  it('fails where the source fails, keeps what came before, and lets nothing go', async () => {
    const { id, place } = await aPlace();
    const [first, second] = [leaves(2), leaves(2, (index) => ({ name: `second-${index}` }))];
    place.findings = first;
    await sync(discovery, id);
    place.findings = second;
    place.faults.set('scan', new AppError('upstream_failed', 'the other side hung up'));
    expect(await sync(discovery, id)).toMatchObject({ state: 'failed', error: 'the other side hung up', counts: { certificatesLinked: 2, certificatesUnlinked: 0 } });
    expect(await linked(id)).toHaveLength(4);
    place.faults.set('scan', new TypeError('password=hunter2'));
    const { error } = await sync(discovery, id);
    expect(error).toContain('unexpected error');
    expect(error).not.toContain('hunter2');
    place.faults.clear();
    expect(await sync(discovery, id)).toMatchObject({ state: 'succeeded', counts: { certificatesUnlinked: 2 } });
  });

  it('lets go of what is not there any more, but not of what it could not see, and not of what is over', async () => {
    const { id, place } = await aPlace();
    const parts = [{ scope: 'eu' }, { scope: 'us' }, { scope: 'us' }];
    const all = [...parts.map((each, index) => foundCertificate(ca.leaf(), { name: `kept-${index}`, ...each })), foundCertificate(ca.leaf({ notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') }), { name: 'over', scope: 'us' })];
    const endpoints = ['eu', 'us'].map((scope) => foundEndpoint({ dnsName: `${scope}-${counter}.elb.test`, scope, policy: null }));
    place.findings = [...all, ...endpoints];
    await sync(discovery, id);
    const ids = await linked(id);
    place.findings = [fault('eu-west-1', { scope: 'eu' }), all[1]!];
    expect(await sync(discovery, id)).toMatchObject({ state: 'partial', counts: { certificatesUnlinked: 1, endpointsExpired: 1 } });
    expect(await linked(id)).toEqual([ids[0], ids[1], ids[3]]);
    expect((await endpointsOf(id)).map(({ dnsname }) => dnsname)).toEqual([`eu-${counter}.elb.test`]);
    await waitUntil(() => heard('sifaka.v1.certificate.missed', id).length === 1);
    expect(heard('sifaka.v1.certificate.missed', id)).toEqual([ids[2]]);
    place.findings = [fault('everything', 'everything')];
    expect(await sync(discovery, id)).toMatchObject({ state: 'partial', counts: { certificatesUnlinked: 0 } });
    expect(await linked(id)).toHaveLength(3);
  });

  it('takes what is silent for there where something was found before, and passes over the rest of the silence', async () => {
    const { id, place } = await aPlace();
    const [kept, gone] = ['a:443', 'b:443'].map((scope) => foundCertificate(ca.leaf(), { name: scope, scope }));
    const endpoint = foundEndpoint({ dnsName: `silent-${counter}.elb.test`, scope: 'c:443', policy: null });
    place.findings = [kept!, gone!, endpoint];
    await sync(discovery, id);
    const ids = await linked(id);
    place.findings = [fault('block', { silentScopes: ['x:443', 'a:443'] }), fault('block', { silentScopes: ['c:443', 'y:443'] }), fault('dark block', { silentScopes: ['z:443'] })];
    const run = await sync(discovery, id);
    expect(run).toMatchObject({ state: 'partial', counts: { faults: 1, certificatesUnlinked: 1, endpointsExpired: 0 } });
    expect((await findings(discovery, run)).map(({ what, reason }) => [what, reason])).toEqual([['block', expect.stringMatching(/there: a:443$/)]]);
    expect(await linked(id)).toEqual(ids.slice(0, 1));
    expect(await endpointsOf(id)).toHaveLength(1);
    place.findings = [kept!, endpoint, fault('block', { silentScopes: ['x:443'] })];
    expect(await sync(discovery, id)).toMatchObject({ state: 'succeeded', counts: { faults: 0 } });
  });

  it('judges what is over and gone once, and again when it was there once more', async () => {
    const { id, place } = await aPlace();
    const over = foundCertificate(ca.leaf({ notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') }), { name: 'over' });
    const settled = async () => (await sql<{ is: boolean }>('select settled_at is not null as is from sighting where source_id = $1', [id])).map((row) => row.is);
    place.findings = [over];
    await sync(discovery, id);
    place.findings = [];
    await sync(discovery, id);
    expect(await settled()).toEqual([true]);
    const before = await rowVersions(discovery);
    await sync(discovery, id);
    expect(await rowVersions(discovery)).toBe(before);
    place.findings = [over];
    await sync(discovery, id);
    expect(await settled()).toEqual([false]);
  });

  it('is one at a time, however many ask and however many replicas there are', async () => {
    const { id, place } = await aPlace();
    let running = 0;
    let most = 0;
    place.findings = leaves(1);
    place.gate = async () => {
      most = Math.max(most, (running += 1));
      await delay(300);
      running -= 1;
    };
    const asked = await Promise.all(Array.from({ length: 5 }, () => call('gateway', syncSource, { id }, { principal: admin })));
    expect(new Set(asked.map((run) => run.id)).size).toBe(1);
    await ended(discovery, id, asked[0]?.id ?? 0);
    expect([most, place.scans.length]).toEqual([1, 1]);
  });

  it('goes on from its last checkpoint when its worker is gone, and the worker that comes back writes nothing', async () => {
    const { id, place } = await aPlace();
    // Enough before the checkpoint for it to be kept.
    place.findings = [foundCertificate(Buffer.from('broken'), { name: 'before' }), ...leaves(250), checkpoint('half'), ...leaves(20, (index) => ({ name: `late-${index}` })), foundCertificate(Buffer.from('broken'), { name: 'after' })];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let isHeld = false;
    place.gate = async (index) => {
      if (index !== 260 || isHeld) return;
      isHeld = true;
      await held;
    };
    const { id: runId } = await call('gateway', syncSource, { id }, { principal: admin });
    await waitUntil(async () => (await sql<{ cursor: string | null }>('select cursor from sync_run where id = $1', [runId]))[0]?.cursor === 'half' && isHeld);
    // As after a kill: nobody extends the lease any more.
    await sql(`update sync_run set worker = $2, lease_until = now() - interval '1 second' where id = $1`, [runId, newId()]);
    const run = await ended(discovery, id, runId);
    release();
    expect(place.scans).toEqual([null, 'half']);
    expect(run).toMatchObject({ state: 'partial', resumptions: 1, counts: { certificatesFound: 272, certificatesLinked: 270, certificatesRefused: 2, certificatesUnlinked: 0 } });
    expect((await findings(discovery, run)).map(({ what }) => what)).toEqual(['before', 'after']);
    const before = await rowVersions(discovery);
    await delay(200);
    expect(await rowVersions(discovery)).toBe(before);
    expect(await linked(id)).toHaveLength(270);
  });

  it('has two hours from its first start, however often it is taken up', async () => {
    const { id, place } = await aPlace();
    place.findings = leaves(2);
    let isHeld = false;
    place.gate = async (index) => {
      if (index !== 1 || isHeld) return;
      isHeld = true;
      await new Promise(() => undefined);
    };
    const { id: runId } = await call('gateway', syncSource, { id }, { principal: admin });
    await waitUntil(() => isHeld);
    await sql(`update sync_run set worker = $2, started_at = now() - interval '3 hours', lease_until = now() - interval '1 second' where id = $1`, [runId, newId()]);
    expect(await ended(discovery, id, runId)).toMatchObject({ state: 'failed', error: expect.stringContaining('2 h') });
  });

  it('is interrupted by a stop, and goes on elsewhere at once', async () => {
    const { id, place } = await aPlace();
    place.findings = leaves(3);
    let isHeld = false;
    place.gate = async (index) => {
      if (index !== 2 || isHeld) return;
      isHeld = true;
      await new Promise(() => undefined);
    };
    const { id: runId } = await call('gateway', syncSource, { id }, { principal: admin });
    await waitUntil(() => isHeld);
    const extra = await discovery.platform.replicate('discovery');
    await discovery.platform.restart('discovery');
    // Whichever replica had it: both stop in turn.
    const state = await sql<{ state: string }>('select state from sync_run where id = $1', [runId]);
    if (state[0]?.state === 'running') await sql(`update sync_run set lease_until = now() where id = $1`, [runId]);
    expect(await ended(discovery, id, runId)).toMatchObject({ state: 'succeeded', counts: { certificatesFound: 3, certificatesLinked: 3 } });
    await extra.stop();
  });

  it('ends without a trace when its source is deleted meanwhile; endpoints stay, and valid certificates are missed', async () => {
    const { id, place } = await aPlace();
    place.findings = [...leaves(2), foundCertificate(ca.leaf({ notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') })), foundEndpoint({ dnsName: `stays-${counter}.elb.test`, policy: null })];
    await sync(discovery, id);
    const ids = await linked(id);
    const [endpoint] = await endpointsOf(id);
    place.gate = () => delay(100);
    await call('gateway', syncSource, { id }, { principal: admin });
    await call('gateway', deleteSource, { id }, { principal: admin });
    expect(await call('gateway', getEndpoint, { id: endpoint?.id ?? 0 })).toMatchObject({ sourceId: null, sourceLabel: null, rotatesBy: null });
    await waitUntil(() => heard('sifaka.v1.certificate.missed', id).length > 0);
    expect(heard('sifaka.v1.certificate.missed', id)).toEqual(ids.slice(0, 2));
    // Nothing is gone because of that: destinations keep what they have.
    const [told] = discovery.events.heard.filter(({ event }) => event.type === 'sifaka.v1.certificate.missed' && Object(event.data).sourceId === id);
    expect(told?.event.data).toMatchObject({ isSourceDeleted: true });
  });

  it('is told once more to a destination that has come to its label', async () => {
    const { id, place } = await aPlace();
    place.findings = leaves(3);
    await sync(discovery, id);
    const ids = await linked(id);
    await waitUntil(() => heard('sifaka.v1.certificate.sighted', id).length === 3);
    const { label } = await call('gateway', getSource, { id });
    const bus = await discovery.platform.bus.connect('deploy');
    const tell = (contract: typeof destinationCreated, at: string) => {
      const { subject, envelope } = newEvent(contract, { id: 5, label: at, description: '', plugin: 'shelf-destination' }, { at: new Date(), subject: '5' });
      bus.connection.publish(subject, JSON.stringify(envelope));
    };
    tell(destinationUpdated, 'a label of nobody');
    tell(destinationCreated, label);
    await waitUntil(() => heard('sifaka.v1.certificate.sighted', id).length === 6);
    tell(destinationUpdated, label);
    await waitUntil(() => heard('sifaka.v1.certificate.sighted', id).length === 9);
    expect(heard('sifaka.v1.certificate.sighted', id).slice(3)).toEqual([...ids, ...ids]);
    await bus.close();
  });

  it('takes thousands of certificates in a stream, and an endpoint with each', async () => {
    const { id, place } = await aPlace('plain-source');
    const endpoints = Array.from({ length: 2_000 }, (_, index) => {
      const certificateDer = ca.leaf({ commonName: `many-${index}.found.test` });
      return foundEndpoint({ name: `many-${index}`, dnsName: `many-${index}.found.test`, certificates: [{ name: null, externalId: null, certificateDer, chainDer: [ca.rootDer], isDefault: true }] });
    });
    place.findings = endpoints;
    expect(await sync(discovery, id, 120_000)).toMatchObject({ state: 'succeeded', counts: { endpointsFound: 2_000, endpointsNew: 2_000, certificatesNew: 2_000 } });
    const before = await rowVersions(discovery);
    expect(await sync(discovery, id, 120_000)).toMatchObject({ state: 'succeeded', counts: { endpointsFound: 2_000, endpointsChanged: 0, certificatesNew: 0 } });
    expect(await rowVersions(discovery)).toBe(before);
  }, 240_000);
});
