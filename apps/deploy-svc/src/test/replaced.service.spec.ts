import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { certificateReleased, certificateRenewed, certificateRevoked, deployTimeline, runServiceJob, type TimelineEntry } from '@sifaka/contracts';
import { AppError, timestamp } from '@sifaka/kernel';
import { waitUntil } from '@sifaka/testing';
import { CleanReplaced } from '../cleanup/clean-replaced.js';
import { CertificateRotateTask } from '../rotation/certificate-rotate-task.js';
import type { KnownCertificate } from './a-deployment-world.js';
import { RotationWorld } from './a-rotation-world.js';
import { fronts } from './discovery-stand-in.js';

let world: RotationWorld;
beforeAll(async () => (world = await RotationWorld.start()), 60_000);
afterAll(() => world.stop());
afterEach(() => fronts.clear());

const signal = new AbortController().signal;
const service = () => world.base.platform.service('deploy').app;
const rotateTask = (asked: { region?: string; dryRun?: boolean } = {}) => service().get(CertificateRotateTask).run(asked, { signal, trigger: 'request' });
const cleanUp = () => service().get(CleanReplaced).run({}, { signal });
const timeline = async ({ id }: { id: number }): Promise<TimelineEntry[]> => (await world.base.platform.call('gateway', deployTimeline, { certificateId: id })).entries;
const planned = async (certificate: { id: number }, kind: TimelineEntry['kind']) => (await timeline(certificate)).find((each) => each.kind === kind && each.state === 'planned');
const rotationsOf = ({ id }: { id: number }) => world.sql().query<{ id: number; state: string }>('select id, state from rotation where old_certificate_id = $1 order by id', [id]);
const age = (deploymentId: number, days: number) => world.sql().query(`update deployment set deployed_at = deployed_at - $2 * interval '1 day' where id = $1`, [deploymentId, days]);

const renewalOf = (old: KnownCertificate, made: KnownCertificate) => ({
  ...{ certificateId: old.id, name: old.name, owner: old.owner, notAfter: old.notAfter, notify: true, successorId: made.id, successorName: made.name },
  ...{ successorNotAfter: made.notAfter, destinationIds: [], endpointCount: 1, trigger: 'schedule' as const },
});
const tellRenewal = ({ old, made }: { old: KnownCertificate; made: KnownCertificate }) => world.base.tell('issuer', certificateRenewed, renewalOf(old, made));

describe('the daily rotation', () => {
  it('begins what is due, names what is refused, and finds what is under way', async () => {
    const { old, made, front, store } = await world.scene();
    const orphan = fronts.add([old.id], { store: 'nobody fills it' });
    const current = fronts.add([made.id], { store });
    expect(await rotateTask({ dryRun: true })).toMatchObject({ dryRun: true, endpoints: 3, wouldBegin: 1, refused: 1, rotations: [`${front.record.name}: "${old.name}" to "${made.name}"`] });
    expect(await rotationsOf(old)).toEqual([]);
    fronts.gates.set('point', () => new Promise(() => undefined));
    const report = await rotateTask();
    expect(report).toMatchObject({ dryRun: false, endpoints: 3, begun: 1, underWay: 0, refused: 1, reasons: [expect.stringContaining(`${orphan.record.name}: no destination fills the store`)] });
    expect(await rotateTask()).toMatchObject({ begun: 0, underWay: 1, refused: 1 });
    expect(current.record.certificates).toMatchObject([{ certificateId: made.id }]);
    const audit = await world.sql().query<{ actor: { kind: string } }>(`select actor from audit_entry where object_type = 'rotation' and object_id = $1`, [String((await rotationsOf(old))[0]?.id)]);
    expect(audit[0]?.actor.kind).toBe('system');
    fronts.gates.clear();
  });

  it('looks at one region where that is asked for', async () => {
    const { old, front, store } = await world.scene();
    fronts.add([old.id], { store, dnsname: 'lb.us-east-1.elb.test' });
    expect(await rotateTask({ region: 'eu-west-1', dryRun: true })).toMatchObject({ endpoints: 1, wouldBegin: 1 });
    expect(front.record.dnsname).toContain('eu-west-1');
  });
});

describe('a certificate that was renewed', () => {
  it('leaves its endpoints to its successor at once', async () => {
    const { old, made, front } = await world.scene();
    await tellRenewal({ old, made });
    await waitUntil(() => front.presents === made.id, { what: 'the endpoint to present the successor' });
    await waitUntil(async () => (await rotationsOf(old))[0]?.state === 'succeeded');
    await tellRenewal({ old, made });
    await world.base.platform.call('gateway', runServiceJob.deploy, { name: 'rotate-renewed' });
    expect(await rotationsOf(old)).toHaveLength(1);
  });

  it('is followed again where something was away, or in the way, and after a crash', async () => {
    const { old, made, front } = await world.scene();
    fronts.findFault = new AppError('unavailable', 'discovery-svc is away');
    await tellRenewal({ old, made });
    const row = () => world.sql().query<{ attempts: number; last_error: string | null; next_try_at: Date | null }>('select * from replacement where old_certificate_id = $1', [old.id]).then(([first]) => first);
    await waitUntil(async () => (await row())?.last_error === 'discovery-svc is away');
    expect(await planned(old, 'rotation')).toMatchObject({ detail: 'discovery-svc is away', at: expect.any(String) });
    fronts.findFault = null;
    // As a process that was killed after it had taken it leaves it.
    await world.sql().query(`update replacement set next_try_at = now() - interval '1 second', last_error = null where old_certificate_id = $1`, [old.id]);
    await world.base.platform.call('gateway', runServiceJob.deploy, { name: 'rotate-renewed' });
    await waitUntil(() => front.presents === made.id);
    await waitUntil(async () => (await row())?.next_try_at === null);
  });
});

describe('a certificate that was replaced', () => {
  it('goes from destinations that have its successor beside it, after the grace time and not before', async () => {
    const { old, made } = await world.pair();
    const place = await world.base.destination();
    const before = await world.base.deploy(old, place);
    await cleanUp();
    expect(await planned(old, 'cleanup')).toBeUndefined();
    const after = await world.base.deploy(made, place);
    await cleanUp();
    expect(await world.base.get(before.id)).toMatchObject({ state: 'deployed', wanted: 'deployed' });
    const sevenDays = Date.parse(after.deployedAt ?? '') + 7 * 86_400_000;
    expect(await planned(old, 'cleanup')).toMatchObject({ at: timestamp(new Date(sevenDays)), title: expect.stringContaining(place.label), detail: expect.stringContaining(made.name) });
    await age(after.id, 8);
    await cleanUp();
    const gone = await world.base.becomes(before.id, 'removed');
    expect(gone).toMatchObject({ note: `cleaned up: certificate "${made.name}" (${made.id}) has replaced it there`, history: expect.arrayContaining([expect.objectContaining({ what: 'removal_requested' })]) });
    expect([...place.shelf.held.keys()]).toEqual([made.name]);
    await world.base.events.waitFor(({ type, data }) => type.endsWith('deployment.removed') && Object(data).id === before.id);
    expect((await timeline(old)).find(({ kind }) => kind === 'cleanup')).toMatchObject({ state: 'done' });
    const audit = await world.sql().query<{ action: string; actor: unknown }>(`select action, actor from audit_entry where object_type = 'deployment' and object_id = $1 order by at desc limit 1`, [String(before.id)]);
    expect(audit).toMatchObject([{ action: 'deployment.removal_requested', actor: { kind: 'system' } }]);
  });

  it('stays while an endpoint presents it, while one does not present the successor, and where nothing can remove it', async () => {
    const { old, made, place, front } = await world.scene();
    const after = await world.base.deploy(made, place);
    await age(after.id, 8);
    const [mine] = await world.sql().query<{ id: number }>('select id from deployment where certificate_id = $1', [old.id]);
    const id = mine?.id ?? 0;
    await cleanUp();
    expect(await world.base.get(id)).toMatchObject({ wanted: 'deployed' });
    front.record.certificates = [{ certificateId: made.id, isDefault: true }];
    await cleanUp();
    expect(await world.base.get(id)).toMatchObject({ wanted: 'deployed' });
    front.presents = made.id;
    await cleanUp();
    await world.base.becomes(id, 'removed');
    const fixed = await world.base.destination({ can: 'verify' });
    const pair = await world.pair();
    const [kept, heir] = [await world.base.deploy(pair.old, fixed), await world.base.deploy(pair.made, fixed)];
    await age(heir.id, 8);
    await cleanUp();
    expect(await world.base.get(kept.id)).toMatchObject({ wanted: 'deployed' });
  });

  it('stays in a store where another destination has it without its successor, and where that is revoked', async () => {
    const { old, made } = await world.pair();
    const [one, other] = [await world.base.destination({ store: 'shared' }), await world.base.destination({ store: 'shared' })];
    const before = await world.base.deploy(old, one);
    await world.base.deploy(old, other);
    await age((await world.base.deploy(made, one)).id, 8);
    await cleanUp();
    expect(await world.base.get(before.id)).toMatchObject({ wanted: 'deployed' });
    await world.base.deploy(made, other);
    world.base.change(made, { status: 'revoked' });
    await cleanUp();
    expect(await world.base.get(before.id)).toMatchObject({ wanted: 'deployed' });
    world.base.change(made, { status: 'valid' });
    await cleanUp();
    await world.base.becomes(before.id, 'removed');
  });
});

describe('a certificate on hold', () => {
  it('stays where it is, until it is revoked for good', async () => {
    const [certificate, place] = [await world.base.certificate(), await world.base.destination()];
    const { id } = await world.base.deploy(certificate, place);
    const { name, owner, commonName, names, fingerprintSha256, notBefore, notAfter } = certificate;
    const facts = { id: certificate.id, name, owner, commonName, names, authorityId: null, serialHex: '01', fingerprintSha256, notBefore, notAfter, replaces: [], roleIds: [7] };
    const at = new Date().toISOString();
    await world.base.tell('issuer', certificateRevoked, { ...facts, crlReason: 'certificateHold', revokedAt: at });
    await world.base.tell('issuer', certificateReleased, { id: certificate.id, name, owner, authorityId: null, serialHex: '01', fingerprintSha256, releasedAt: at });
    await world.base.tell('issuer', certificateRevoked, { ...facts, id: certificate.id + 1_000_000, crlReason: 'keyCompromise', revokedAt: at });
    const other = await world.base.deploy(await world.base.certificate(), place);
    expect(other.state).toBe('deployed');
    expect(await world.base.get(id)).toMatchObject({ state: 'deployed', wanted: 'deployed' });
    await world.base.tell('issuer', certificateRevoked, { ...facts, crlReason: 'keyCompromise', revokedAt: at });
    await world.base.becomes(id, 'removed');
  });
});

describe('the timeline of a certificate', () => {
  it('tells of deployments, their next tries and rotations, the newest first', async () => {
    const { old, made, place, front } = await world.scene();
    const bad = await world.base.destination();
    bad.shelf.faults.set('upload', new AppError('unavailable', 'nobody is there'));
    const { nextTryAt } = await world.base.deploy(made, bad, 'failed');
    await world.ended((await world.rotate(front)).id, 'succeeded');
    const entries = await timeline(made);
    expect(entries.map(({ kind, state }) => `${kind} ${state}`)).toEqual(expect.arrayContaining(['deployment planned', 'deployment failed', 'deployed done', 'rotation done']));
    expect(entries.find(({ state }) => state === 'planned')).toMatchObject({ at: nextTryAt, title: `Deployment to destination "${bad.label}", again`, detail: 'nobody is there' });
    const times = entries.map(({ at }) => Date.parse(at ?? ''));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect((await timeline(old)).find(({ kind }) => kind === 'rotation')).toMatchObject({ state: 'done', title: `Endpoint "${front.record.name}" is to present "${made.name}"` });
    expect(place.label).not.toBe(bad.label);
  });
});
