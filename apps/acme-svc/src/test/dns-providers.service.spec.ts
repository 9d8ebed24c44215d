import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  deleteDnsProvider,
  findDnsProviders,
  getDnsProvider,
  listDnsProviders,
  listDnsProviderTypes,
  refreshDnsProvider,
  resolveDnsProvider,
  updateDnsProvider,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { aPrincipal } from '@sifaka/testing';
import { aDnsService, admin, aProvider, type DnsPlatform } from './a-dns-service.js';
import { memoryDns } from './memory-dns.js';

let platform: DnsPlatform;
beforeAll(async () => (platform = await aDnsService({ SIFAKA_ACME_MEMORY_TOKEN: 'from-the-configuration' })), 60_000);
afterAll(() => platform.stop());
beforeEach(() => memoryDns.reset());

const nobody = aPrincipal({ roles: [] });
const window = { offset: 0, limit: 10, sortBy: null, sortDir: null };
const aList = (parts: object = {}) => platform.call('gateway', listDnsProviders, { window, filter: null, ids: null, name: null, type: null, ...parts });
const get = (id: number) => platform.call('gateway', getDnsProvider, { id });
const change = (id: number, parts: object = {}) =>
  platform.call('gateway', updateDnsProvider, { id, name: `changed-${id}`, description: 'new', nameservers: [], options: null, type: null, ...parts }, { principal: admin });
const remove = (id: number, isForced = false) => platform.call('gateway', deleteDnsProvider, { id, isForced }, { principal: admin });

describe('a DNS provider', () => {
  it('is tried and its zones are listed before it is kept', async () => {
    const made = await aProvider(platform, { name: 'first', description: 'of the shop', nameservers: ['127.0.0.1:5353'] });
    expect(memoryDns.calls).toEqual(['check', 'zones']);
    expect(made).toMatchObject({ name: 'first', description: 'of the shop', type: 'memory', zones: ['example.test', 'sub.example.test'], zoneCount: 2, nameservers: ['127.0.0.1:5353'], lastError: null, openRecords: 0 });
    expect(made.zonesRefreshedAt).not.toBeNull();
    expect(await get(made.id)).toEqual(made);
  });

  it('keeps its credentials in the key vault and shows them nowhere', async () => {
    const made = await aProvider(platform, { options: [{ name: 'account', value: 'a-1' }, { name: 'token', value: 'very-secret' }] });
    expect(made.options).toEqual([{ name: 'account', value: 'a-1' }, { name: 'token', value: null }]);
    const everything = await platform.database('acme').query(`select row_to_json(p)::text as text from dns_provider p union all select row_to_json(a)::text from audit_entry a union all select payload::text from outbox`);
    expect(JSON.stringify(everything)).not.toContain('very-secret');
    expect(JSON.stringify(everything)).toContain('dns_provider.created');
    await platform.call('gateway', refreshDnsProvider, { id: made.id }, { principal: admin });
    expect(memoryDns.tokens.at(-1)).toBe('very-secret');
  });

  it('is refused with the words of the other side, and nothing of it is kept', async () => {
    const wrong = aProvider(platform, { name: 'wrong', options: [{ name: 'account', value: 'a' }, { name: 'token', value: 'wrong' }] });
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'providerType.requirements', message: 'the other side says: unknown key' }] });
    memoryDns.faults.set('zones', new AppError('unavailable', 'the other side is away'));
    await expect(aProvider(platform, { name: 'wrong' })).rejects.toMatchObject({ code: 'upstream_failed', message: 'the other side is away' });
    expect((await aList({ name: 'wrong' })).total).toBe(0);
  });

  it('has each wrong option named, without its value', async () => {
    const options = [{ name: 'token', value: 'hidden-value' }, { name: 'size', value: 'huge' }, { name: 'colour', value: 'red' }];
    const refused: unknown = await aProvider(platform, { options }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'invalid_argument' });
    const fields = (refused as AppError).fields ?? [];
    expect(fields.map(({ path }) => path).sort()).toEqual(['providerType.requirements.account', 'providerType.requirements.colour', 'providerType.requirements.size']);
    expect(JSON.stringify((refused as AppError).toData())).not.toContain('hidden-value');
    await expect(aProvider(platform, { type: 'route66' })).rejects.toMatchObject({ fields: [{ path: 'providerType.name', message: 'there is no DNS provider type "route66"; there are memory, other' }] });
    await expect(aProvider(platform, { nameservers: ['192.0.2.1', '999.1.1.1'] })).rejects.toMatchObject({ fields: [{ path: 'nameservers.1' }] });
  });

  it('takes from the settings of the installation what it is not given', async () => {
    await aProvider(platform, { options: [{ name: 'account', value: 'a-1' }] });
    expect(memoryDns.tokens.at(-1)).toBe('from-the-configuration');
    const { types } = await platform.call('gateway', listDnsProviderTypes, {});
    expect(types).toEqual([
      expect.objectContaining({ name: 'memory', requirements: [expect.objectContaining({ name: 'account', required: true, type: 'str' }), expect.objectContaining({ name: 'token', required: false, sensitive: true }), expect.objectContaining({ name: 'size', type: 'select', available: ['small', 'large'] })] }),
      expect.objectContaining({ name: 'other', requirements: [] }),
    ]);
  });

  it('has a name of its own', async () => {
    await aProvider(platform, { name: 'taken' });
    const again = aProvider(platform, { name: 'taken' });
    await expect(again).rejects.toMatchObject({ code: 'already_exists', fields: [{ path: 'name' }] });
    const other = await aProvider(platform);
    await expect(change(other.id, { name: 'taken' })).rejects.toMatchObject({ code: 'already_exists' });
    const both = await Promise.allSettled([aProvider(platform, { name: 'race' }), aProvider(platform, { name: 'race' })]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is changed, and its secret stays when it comes back as it was shown', async () => {
    const made = await aProvider(platform, { options: [{ name: 'account', value: 'a-1' }, { name: 'token', value: 'kept' }] });
    const changed = await change(made.id, { options: [...made.options, { name: 'size', value: 'large' }], type: 'memory' });
    expect(changed).toMatchObject({ name: `changed-${made.id}`, description: 'new', options: [{ name: 'account', value: 'a-1' }, { name: 'token', value: null }, { name: 'size', value: 'large' }] });
    expect(memoryDns.tokens.at(-1)).toBe('kept');
  });

  it('is not changed to what does not work, nor into another type', async () => {
    const made = await aProvider(platform);
    await expect(change(made.id, { options: [{ name: 'account', value: 'a' }, { name: 'token', value: 'wrong' }] })).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(change(made.id, { type: 'other', options: [] })).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'providerType.name' }] });
    await expect(change(2_000_000, {})).rejects.toMatchObject({ code: 'not_found' });
    expect(await get(made.id)).toEqual(made);
  });

  it('is renamed while the other side is away', async () => {
    const made = await aProvider(platform);
    memoryDns.faults.set('check', new AppError('unavailable', 'away'));
    expect(await change(made.id, { nameservers: ['127.0.0.1:53'] })).toMatchObject({ nameservers: ['127.0.0.1:53'], zoneCount: 2 });
  });

  it('is deleted with its secrets; deleting it again is no fault', async () => {
    const made = await aProvider(platform);
    const secrets = async () => (await platform.database('keyvault').query<{ count: number }>('select count(*)::int as count from secret'))[0]?.count ?? 0;
    const before = await secrets();
    expect(await remove(made.id)).toEqual({ isDeleted: true });
    expect(await secrets()).toBe(before - 1);
    expect(await remove(made.id)).toEqual({ isDeleted: false });
    await expect(get(made.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is open to administrators alone where anything is changed', async () => {
    const made = await aProvider(platform);
    await expect(aProvider(platform, {}, nobody)).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(platform.call('gateway', deleteDnsProvider, { id: made.id, isForced: true }, { principal: nobody })).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(platform.call('gateway', refreshDnsProvider, { id: made.id }, { principal: nobody })).rejects.toMatchObject({ code: 'permission_denied' });
  });
});

describe('DNS providers', () => {
  it('are listed, filtered, paged, and found by name and id', async () => {
    const one = await aProvider(platform, { name: 'list-one', description: 'alpha' });
    const two = await aProvider(platform, { name: 'list-two', type: 'other', options: [] });
    expect((await aList({ filter: 'name;LIST-' })).items.map(({ name }) => name)).toEqual(['list-one', 'list-two']);
    expect((await aList({ type: 'other' })).items).toEqual([expect.objectContaining({ id: two.id, zones: [], zoneCount: 0 })]);
    expect((await aList({ name: 'list-one' })).items).toEqual([expect.objectContaining({ id: one.id })]);
    await expect(aList({ filter: 'options;x' })).rejects.toMatchObject({ reason: 'listing.not_sortable' });
    expect((await platform.call('gateway', findDnsProviders, { ids: [two.id, 999_999] })).providers).toEqual([{ id: two.id, name: 'list-two', type: 'other' }]);
    expect(await platform.call('gateway', resolveDnsProvider, { ref: { name: 'list-one' } })).toEqual({ id: one.id });
    expect(await platform.call('gateway', resolveDnsProvider, { ref: { id: 999_999, name: 'list-one' } })).toEqual({ id: null });
  });
});

describe('the job that lists zones', () => {
  it('refreshes every provider, and one that fails stops no other and says why', async () => {
    const [one, other] = [await aProvider(platform), await aProvider(platform)];
    memoryDns.zones = ['example.test', 'new.test'];
    const zones = memoryDns.call.bind(memoryDns);
    let calls = 0;
    memoryDns.call = (what, ...facts) => {
      zones(what, ...facts);
      if (what === 'zones' && (calls += 1) === 1) throw new AppError('upstream_failed', 'status 500');
    };
    await platform.inside().zones.refreshAll({}, { signal: new AbortController().signal });
    memoryDns.call = zones;
    // All are asked at the same time: which of them was first does not matter.
    const { items } = await aList();
    const broken = items.filter(({ lastError }) => lastError !== null);
    expect(broken).toMatchObject([{ lastError: 'status 500' }]);
    const sound = [one, other].find(({ id }) => id !== broken[0]?.id);
    expect(await get(sound?.id ?? 0)).toMatchObject({ lastError: null, zones: ['example.test', 'new.test'] });
    await platform.call('gateway', refreshDnsProvider, { id: broken[0]?.id ?? 0 }, { principal: admin });
    expect(await get(broken[0]?.id ?? 0)).toMatchObject({ lastError: null, zones: ['example.test', 'new.test'] });
  });
});
