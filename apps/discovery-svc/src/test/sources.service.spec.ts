import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deleteSource, ensureSource, getSource, listSources, listSyncRuns, runServiceJob, syncSource, testSource, trySource, updateSource, type SourceRecord } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { aPrincipal } from '@sifaka/testing';
import { aDiscoveryService, admin, aSource, ended, named, window, type DiscoveryPlatform } from './a-discovery-service.js';
import { placeAt } from './memory-source.js';

let discovery: DiscoveryPlatform;
beforeAll(async () => (discovery = await aDiscoveryService()), 90_000);
afterAll(() => discovery.stop());

const nobody = aPrincipal({ roles: [] });
const call: DiscoveryPlatform['platform']['call'] = (...question) => discovery.platform.call(...question);
const get = (id: number) => call('gateway', getSource, { id });
const list = (filter: string | null = null) => call('gateway', listSources, { window, filter, ids: null });
const secretCount = async () => (await discovery.platform.database('keyvault').query<{ count: number }>('select count(*)::int as count from secret'))[0]?.count ?? 0;
const valueOf = ({ options }: SourceRecord, name: string) => options.find((option) => option.name === name)?.value;
const change = (source: SourceRecord, options: Parameters<typeof named>[0], parts: { label?: string; schedule?: string | null; active?: boolean; slug?: string } = {}) => {
  const { slug = 'memory-source', ...rest } = parts;
  return call(
    'gateway',
    updateSource,
    { id: source.id, label: source.label, description: 'new', active: false, owner: 'platform@corp.test', ownerRoleId: 30, plugin: { slug, pluginOptions: named(options) }, ...rest },
    { principal: admin },
  );
};

describe('a source', () => {
  it('is tried before it is kept, and shown with every option of its plugin', async () => {
    const made = await aSource(discovery, { label: 'first', options: named({ host: 'first.example.test', password: 'right' }) });
    expect(placeAt('first.example.test').calls).toEqual(['check']);
    expect(made).toMatchObject({ label: 'first', description: 'of a test', active: false, owner: 'platform@corp.test', schedule: '5 */3 * * *', nextRunAt: null, lastRun: null, lastSync: null, plugin: { slug: 'memory-source', title: 'Memory' } });
    expect(made.options.map(({ name, value }) => [name, value])).toEqual([['host', 'first.example.test'], ['account', 'main'], ['password', null]]);
    expect(await get(made.id)).toEqual(made);
    await discovery.events.waitFor(({ type, data }) => type === 'sifaka.v1.source.created' && Object(data).id === made.id);
  });

  it('keeps its credentials in the key vault, and shows them to nobody', async () => {
    const before = await secretCount();
    const made = await aSource(discovery, { options: named({ host: 'a', password: 'very-secret' }) });
    const everything = await discovery.platform.database('discovery').query('select row_to_json(s)::text as text from source s union all select row_to_json(a)::text from audit_entry a union all select payload::text from outbox');
    expect(JSON.stringify([everything, made, discovery.events.heard])).not.toContain('very-secret');
    expect(await secretCount()).toBe(before + 1);
    await call('gateway', deleteSource, { id: made.id }, { principal: admin });
    expect(await secretCount()).toBe(before);
  });

  it('is refused with the words of the other side, and nothing of it is kept', async () => {
    const before = await secretCount();
    await expect(aSource(discovery, { label: 'refused', options: named({ host: 'b', password: 'wrong' }) })).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'plugin.pluginOptions', message: 'the other side says: unknown password' }] });
    placeAt('away').faults.set('check', new AppError('unavailable', 'the other side is away'));
    await expect(aSource(discovery, { label: 'refused', options: named({ host: 'away' }) })).rejects.toMatchObject({ code: 'upstream_failed', message: 'the other side is away' });
    expect((await list('label;refused')).total).toBe(0);
    expect(await secretCount()).toBe(before);
  });

  it('has a label of its own', async () => {
    const { label } = await aSource(discovery);
    const refusal = { code: 'already_exists', fields: [{ path: 'label', message: `a source with the label "${label}" exists already` }] };
    await expect(aSource(discovery, { label })).rejects.toMatchObject(refusal);
    await expect(change(await aSource(discovery), { host: 'c' }, { label })).rejects.toMatchObject(refusal);
  });

  it('has each wrong option and a wrong schedule named', async () => {
    await expect(aSource(discovery, { options: named({ colour: 'red', password: 'hidden' }) })).rejects.toMatchObject({
      message: expect.not.stringContaining('hidden'),
      fields: expect.arrayContaining([expect.objectContaining({ path: 'plugin.pluginOptions.host' }), expect.objectContaining({ path: 'plugin.pluginOptions.colour' })]),
    });
    for (const schedule of ['61 * * * *', 'now and then', '* * * *', '']) {
      await expect(aSource(discovery, { schedule })).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'schedule', message: expect.stringContaining('five fields') }] });
    }
    await expect(aSource(discovery, { slug: 'nothing' })).rejects.toMatchObject({ fields: [{ path: 'plugin._schema' }] });
  });

  it('is changed, and its secret stays where it was entered for', async () => {
    const made = await aSource(discovery, { options: named({ host: 'kept', password: 'secret' }) });
    placeAt('kept').faults.set('check', new AppError('unavailable', 'away'));
    expect(await change(made, { host: 'kept', account: 'main', password: null }, { label: 'renamed', schedule: null })).toMatchObject({ label: 'renamed', schedule: null });
    placeAt('kept').faults.clear();
    await expect(change(made, { host: 'elsewhere', password: null })).rejects.toMatchObject({ fields: [{ path: 'plugin.pluginOptions.password', message: expect.stringContaining('host changed') }] });
    expect(valueOf(await change(made, { host: 'kept', account: 'other', password: null }), 'account')).toBe('other');
    await expect(change({ ...made, id: 999_999 }, { host: 'a' })).rejects.toMatchObject({ code: 'not_found' });
    await discovery.events.waitFor(({ type, data }) => type === 'sifaka.v1.source.updated' && Object(data).label === 'renamed');
  });

  it('is tested, stored or not, and a refusal is the answer', async () => {
    const { id } = await aSource(discovery);
    expect(await call('gateway', testSource, { id }, { principal: admin })).toMatchObject({ isWorking: true });
    expect(await call('gateway', trySource, { plugin: { slug: 'memory-source', pluginOptions: named({ host: 'a', password: 'wrong' }) } }, { principal: admin })).toMatchObject({ isWorking: false, detail: 'the other side says: unknown password' });
    await expect(call('gateway', testSource, { id: 999_999 }, { principal: admin })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is open to administrators alone where anything is changed', async () => {
    const { id } = await aSource(discovery);
    const asked = [
      aSource(discovery, {}, nobody),
      call('gateway', deleteSource, { id }, { principal: nobody }),
      call('gateway', testSource, { id }, { principal: nobody }),
      call('gateway', syncSource, { id }, { principal: nobody }),
      call('gateway', ensureSource, { label: 'x', description: '', slug: 'memory-source', options: {}, owner: 'a@corp.test', ownerRoleId: 1, isDryRun: true }, { principal: nobody }),
    ];
    for (const each of asked) await expect(each).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('is deleted; deleting it again is no fault', async () => {
    const { id } = await aSource(discovery);
    expect(await call('gateway', deleteSource, { id }, { principal: admin })).toEqual({ isDeleted: true });
    expect(await call('gateway', deleteSource, { id }, { principal: admin })).toEqual({ isDeleted: false });
    await expect(get(id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(call('gateway', syncSource, { id }, { principal: admin })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is looked at once it is made, and by schedule while it is active', async () => {
    const made = await aSource(discovery, { active: true, schedule: '* * * * *' });
    expect(made.nextRunAt).not.toBeNull();
    const first = await ended(discovery, made.id, made.lastSync?.id ?? 0);
    expect(first).toMatchObject({ state: 'succeeded', trigger: 'request' });
    // A schedule of an hour ago: a tick has come since.
    await discovery.platform.database('discovery').query(`update source set scheduled_since = now() - interval '1 hour' where id = $1`, [made.id]);
    await discovery.platform.call('gateway', runServiceJob.discovery, { name: 'schedule-source-syncs' });
    await discovery.events.waitFor(({ type, data }) => type === 'sifaka.v1.source.synchronized' && Object(data).sourceId === made.id && Object(data).runId !== first.id);
    const { items } = await call('gateway', listSyncRuns, { sourceId: made.id, window });
    expect(items.map(({ trigger }) => trigger)).toEqual(['schedule', 'request']);
    await change(made, {}, { active: false, slug: 'plain-source' });
    expect(await get(made.id)).toMatchObject({ nextRunAt: null, active: false, lastRun: expect.any(String) });
  });
});

describe('the source of a destination', () => {
  const asked = { label: 'twin', description: 'of a destination', slug: 'memory-source', options: { host: 'twin.example.test' }, owner: 'platform@corp.test', ownerRoleId: 30, isDryRun: false };
  const ensure = (parts: Partial<typeof asked> = {}) => call('gateway', ensureSource, { ...asked, ...parts }, { principal: admin });

  it('is made once for a place, whatever its label', async () => {
    expect(await ensure({ isDryRun: true })).toEqual({ sourceId: null });
    expect((await list('label;twin')).total).toBe(0);
    const [{ sourceId }, twice] = await Promise.all([ensure(), ensure()]);
    expect(twice).toEqual({ sourceId });
    expect(await ensure({ label: 'another' })).toEqual({ sourceId });
    expect(await ensure({ label: 'another', options: { ...asked.options, account: 'main' } as never })).toEqual({ sourceId });
    expect(await get(sourceId ?? 0)).toMatchObject({ label: 'twin', active: true, description: 'of a destination' });
  });

  it('is refused while another source has its label', async () => {
    const { label } = await aSource(discovery);
    for (const isDryRun of [true, false]) await expect(ensure({ label, isDryRun, options: { host: 'third.example.test' } })).rejects.toMatchObject({ code: 'already_exists' });
  });
});

describe('sources', () => {
  it('are listed and filtered', async () => {
    const one = await aSource(discovery, { label: 'Alpha-prod', description: 'one of many' });
    const two = await aSource(discovery, { label: 'alpha-test', slug: 'plain-source', options: [] });
    expect((await list('label;ALPHA')).items.map(({ id }) => id)).toEqual([one.id, two.id]);
    expect((await list('description;one of m')).items.map(({ id }) => id)).toEqual([one.id]);
    expect((await list('pluginName;plain')).items.map(({ id }) => id)).toContain(two.id);
    await expect(list('options;x')).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});
