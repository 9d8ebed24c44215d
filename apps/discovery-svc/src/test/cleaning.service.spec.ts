import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cleanSource, findSightings, type CleanReport, type InputOf, type TaskArguments } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { aPrincipal, waitUntil } from '@sifaka/testing';
import { CleanupRepository } from '../cleanup/cleanup.repository.js';
import { CleanTasks } from '../cleanup/clean-tasks.js';
import { RequestSync } from '../source/request-sync.js';
import { SyncTasks } from '../source/sync-tasks.js';
import { aDiscoveryService, admin, aSource, named, sync, type DiscoveryPlatform } from './a-discovery-service.js';
import { foundCertificate, foundEndpoint, placeAt } from './memory-source.js';
import { someCa } from './some-ca.js';

let discovery: DiscoveryPlatform;
beforeAll(async () => (discovery = await aDiscoveryService()), 90_000);
afterAll(() => discovery.stop());

const ca = someCa();
const dayMs = 86_400_000;
const day = (days: number) => new Date(Date.now() + days * dayMs);
const signal = new AbortController().signal;
const app = () => discovery.platform.service('discovery').app;
const sql = <R>(text: string, params: unknown[] = []) => discovery.platform.database('discovery').query<R>(text, params);

let counter = 0;

/** A source with an expired certificate, one that ends soon, one that is expired and presented, and one that lasts. */
async function aFilledSource(slug = 'memory-source') {
  const host = `clean-${(counter += 1)}.example.test`;
  const [label, place] = [`clean-${counter}`, placeAt(host)];
  const { id } = await aSource(discovery, { label, slug, active: true, options: named({ host }) });
  const leaf = (name: string, days: number) => foundCertificate(ca.leaf({ commonName: `${name}-${counter}.found.test`, notBefore: day(-400), notAfter: day(days) }), { name, externalId: `arn:${counter}:${name}` });
  const presented = { name: 'presented', externalId: null, certificateDer: null, chainDer: [], isDefault: true };
  place.findings = [leaf('expired', -30), leaf('soon', 5), leaf('presented', -20), leaf('lasting', 300), foundEndpoint({ name: `front-${counter}`, dnsName: `front-${counter}.elb.test`, certificates: [presented] })];
  await sync(discovery, id);
  const rows = await sql<{ certificate_id: number; name: string }>('select certificate_id, name from sighting where source_id = $1', [id]);
  const ids = Object.fromEntries(rows.map(({ name, certificate_id: certificateId }) => [name, certificateId])) as Record<'expired' | 'soon' | 'presented' | 'lasting', number>;
  return { id, label, place, ids };
}

const clean = (id: number, parts: Partial<InputOf<typeof cleanSource>> = {}, principal = admin) =>
  discovery.platform.call('gateway', cleanSource, { id, selection: { kind: 'expired' }, isDryRun: true, ...parts }, { principal });
const outcomes = ({ certificates }: CleanReport) => certificates.map(({ id, outcome, detail }) => [id, outcome, detail]);
const task = (what: 'all' | 'one', args: TaskArguments, trigger: 'schedule' | 'request' = 'request') => app().get(CleanTasks)[what](args, { signal, trigger });
const linked = async (id: number) => (await discovery.platform.call('gateway', findSightings, { certificateIds: [id] })).sightings.length > 0;

describe('a clean-up of a source', () => {
  it('says what would go and what would not, and touches nothing', async () => {
    const { id, place, ids } = await aFilledSource();
    const report = await clean(id);
    expect(report).toMatchObject({ isDryRun: true, reasonNot: null, total: 2, source: { id } });
    expect(outcomes(report)).toEqual([[ids.expired, 'would_be_removed', null], [ids.presented, 'kept', `presented by front-${counter}`]].sort((a, b) => Number(a[0]) - Number(b[0])));
    expect(place.removed).toEqual([]);
    expect(await linked(ids.expired)).toBe(true);
  });

  it('takes expired certificates without endpoints away, tells who relies on them, and does it once', async () => {
    const { id, label, place, ids } = await aFilledSource();
    const report = await clean(id, { isDryRun: false });
    expect(outcomes(report)).toContainEqual([ids.expired, 'removed', null]);
    expect(place.removed).toEqual(['expired']);
    expect(await linked(ids.expired)).toBe(false);
    expect(await linked(ids.presented)).toBe(true);
    await discovery.events.waitFor(({ type, data }) => type === 'sifaka.v1.certificate.missed' && Object(data).label === label && Object(data).certificateIds.includes(ids.expired));
    const audit = await sql<{ details: unknown; actor: { kind: string } }>(`select details, actor from audit_entry where action = 'source.certificate_removed' and object_id = $1`, [String(id)]);
    expect(audit).toMatchObject([{ details: { certificateId: ids.expired }, actor: { kind: 'user' } }]);
    expect(outcomes(await clean(id, { isDryRun: false }))).toEqual([[ids.presented, 'kept', expect.any(String)]]);
    expect(place.removed).toEqual(['expired']);
  });

  it('means those that end, or came, within some days where that is asked for', async () => {
    const { id, ids } = await aFilledSource();
    const idsOf = (report: CleanReport) => report.certificates.filter(({ outcome }) => outcome === 'would_be_removed').map((each) => each.id).sort((a, b) => a - b);
    expect(idsOf(await clean(id, { selection: { kind: 'expiring', days: 10 } }))).toEqual([ids.expired, ids.soon].sort((a, b) => a - b));
    expect(idsOf(await clean(id, { selection: { kind: 'issued', days: 1 } }))).toEqual([ids.expired, ids.soon, ids.lasting].sort((a, b) => a - b));
    expect(idsOf(await clean(id, { selection: { kind: 'issued', days: 0 } }))).toEqual([]);
  });

  it('goes on past one that fails, and says why; the failed one stays linked', async () => {
    const { id, place, ids } = await aFilledSource();
    place.faults.set('remove', new AppError('conflict', 'DeleteConflict: a load balancer uses it'));
    const report = await clean(id, { isDryRun: false, selection: { kind: 'expiring', days: 10 } });
    expect(report.certificates.filter(({ outcome }) => outcome === 'failed').map(({ id: each, detail }) => [each, detail])).toEqual([ids.expired, ids.soon].sort((a, b) => a - b).map((each) => [each, 'DeleteConflict: a load balancer uses it']));
    expect(await linked(ids.expired)).toBe(true);
    place.faults.clear();
  });

  it('passes over a source that removes nothing, and is for administrators alone', async () => {
    const { id } = await aFilledSource('plain-source');
    expect(await clean(id, { isDryRun: false })).toMatchObject({ reasonNot: 'plugin "plain-source" removes no certificates from its place' });
    await expect(clean(id, {}, aPrincipal({}))).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(clean(999_999)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the tasks that clean', () => {
  it('only report, by schedule and by hand, unless they are told to', async () => {
    const { label, place, ids } = await aFilledSource();
    expect(await task('all', {}, 'schedule')).toMatchObject({ dryRun: true, removed: 0, wouldBeRemoved: expect.any(Number) });
    expect(await task('one', { label })).toMatchObject({ dryRun: true, wouldBeRemoved: 1, kept: 1, sources: [{ source: label, wouldBeRemoved: 1, kept: 1, reasonNot: null }] });
    expect(place.removed).toEqual([]);
    expect(await task('one', { label, dryRun: false })).toMatchObject({ dryRun: false, removed: 1, certificates: expect.arrayContaining([expect.stringContaining(`(${ids.expired}) removed`)]) });
    await expect(task('one', {})).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(task('one', { label: 'no such' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('go on to the next source where one cannot be looked at, and say so', async () => {
    const { label: broken, id } = await aFilledSource();
    const { label } = await aFilledSource();
    const repository = app().get(CleanupRepository);
    const page = repository.page.bind(repository);
    const spy = jest.spyOn(repository, 'page').mockImplementation((sourceId, ...rest) => (sourceId === id ? Promise.reject(new AppError('unavailable', 'an answer that no message holds')) : page(sourceId, ...rest)));
    const report = await task('all', {});
    expect(report.sources).toContainEqual(expect.objectContaining({ source: broken, reasonNot: 'an answer that no message holds' }));
    expect(report.sources).toContainEqual(expect.objectContaining({ source: label, wouldBeRemoved: 1, reasonNot: null }));
    await expect(task('one', { label: broken })).rejects.toMatchObject({ message: 'an answer that no message holds' });
    spy.mockRestore();
  });

  it('stop between two pages when their time is over', async () => {
    const { label } = await aFilledSource();
    const over = { signal: AbortSignal.abort(), trigger: 'request' as const };
    await expect(app().get(CleanTasks).one({ label }, over)).rejects.toMatchObject({ code: 'unavailable', reason: 'source.clean_took_too_long' });
  });

  it('leave sources alone that are switched off', async () => {
    const { id, label } = await aFilledSource();
    await sql('update source set active = false where id = $1', [id]);
    expect(JSON.stringify(await task('all', {}))).not.toContain(`"${label}"`);
  });
});

describe('the tasks that look at sources', () => {
  const tasks = () => app().get(SyncTasks);

  it('look at all that have no schedule of their own, or by hand at all that are active', async () => {
    const { id: usual } = await aFilledSource();
    const { id: own } = await aFilledSource();
    await sql(`update source set schedule = '7 7 * * *' where id = $1`, [own]);
    const runs = async (id: number) => (await sql('select from sync_run where source_id = $1', [id])).length;
    const [before, beforeOwn] = [await runs(usual), await runs(own)];
    await tasks().all({}, { signal, trigger: 'schedule' });
    expect([await runs(usual), await runs(own)]).toEqual([before + 1, beforeOwn]);
    await waitUntil(async () => (await sql('select from sync_run where finished_at is null')).length === 0);
    expect(await tasks().all({}, { signal, trigger: 'request' })).toMatchObject({ begun: expect.any(Number) });
    expect(await runs(own)).toBe(beforeOwn + 1);
    await waitUntil(async () => (await sql('select from sync_run where finished_at is null')).length === 0);
    // What the task looks at has no tick of its own besides.
    await sql(`update source set scheduled_since = now() - interval '1 day', schedule = case when id = $2 then '* * * * *' else schedule end where id = any($1::int[])`, [[usual, own], own]);
    await app().get(RequestSync).schedule();
    expect([await runs(usual), await runs(own)]).toEqual([before + 2, beforeOwn + 2]);
  });

  it('look at one, and say how that went', async () => {
    const { label, place } = await aFilledSource();
    expect(await tasks().one({ label }, { signal, trigger: 'request' })).toMatchObject({ source: label, state: 'succeeded', certificatesFound: 4 });
    place.faults.set('scan', new AppError('upstream_failed', 'the cloud is closed'));
    await expect(tasks().one({ label }, { signal, trigger: 'request' })).rejects.toMatchObject({ code: 'upstream_failed', message: expect.stringContaining('the cloud is closed') });
    await expect(tasks().one({ label: 'no such' }, { signal, trigger: 'request' })).rejects.toMatchObject({ code: 'not_found' });
    place.faults.clear();
  });
});
