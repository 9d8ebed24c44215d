import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { crlPublished, listCrlPlaces, runServiceJob, setCrlPlaces, type CrlPlaceRecord, type CrlRecord } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { aPrincipal, waitUntil } from '@sifaka/testing';
import { admin } from './a-deploy-service.js';
import { DeploymentWorld } from './a-deployment-world.js';
import { lists } from './list-stand-in.js';

let world: DeploymentWorld;
beforeAll(async () => (world = await DeploymentWorld.start()), 60_000);
afterAll(() => world.stop());
beforeEach(() => {
  lists.all.clear();
  lists.asked.length = 0;
  lists.beforeSlice = () => undefined;
});

let counter = 0;
const anAuthority = () => ({ authorityId: (counter += 1) + 500, slug: `ca-${counter}` });
const aPlace = () => world.destination({ can: 'publish unpublish' });
const set = (authority: { authorityId: number; slug: string }, destinations: readonly { id: number }[], principal = admin) =>
  world.platform.call('gateway', setCrlPlaces, { ...authority, destinationIds: destinations.map(({ id }) => id) }, { principal });
const get = async (authorityId: number): Promise<CrlPlaceRecord[]> => (await world.platform.call('gateway', listCrlPlaces, { authorityId })).items;
const tell = ({ baseNumber: _base, ...record }: CrlRecord) => world.tell('issuer', crlPublished, record);
const runNow = () => world.platform.call('gateway', runServiceJob.deploy, { name: 'publish-crls' });

async function becomes(authorityId: number, also: (place: CrlPlaceRecord) => boolean): Promise<CrlPlaceRecord> {
  return waitUntil(async () => (await get(authorityId)).find(also), { what: `places of ${authorityId}: ${JSON.stringify(await get(authorityId))}` });
}

describe('places for revocation lists', () => {
  it('get the lists that there are, and each new one when it is told of, read in slices', async () => {
    const [authority, place] = [anAuthority(), await aPlace()];
    lists.put(authority.authorityId, authority.slug, '7', 'the first full list of many bytes');
    expect((await set(authority, [place])).items).toMatchObject([{ state: 'pending', number: null, destination: { id: place.id, label: place.label } }]);
    await becomes(authority.authorityId, ({ state, number }) => state === 'published' && number === '7');
    expect(place.shelf.published).toEqual(new Map([[`${authority.slug}.crl`, 'the first full list of many bytes']]));
    expect(lists.asked).toEqual([0, 10, 20, 30]);
    lists.put(authority.authorityId, authority.slug, '18446744073709551617', 'the second one');
    await tell(lists.put(authority.authorityId, authority.slug, '18446744073709551618', 'a delta', 'delta'));
    const after = await becomes(authority.authorityId, ({ number, state }) => number === '18446744073709551617' && state === 'published');
    expect(after).toMatchObject({ lastError: null, attempts: 0, publishedAt: expect.any(String) });
    await waitUntil(() => place.shelf.published.get(`${authority.slug}-delta.crl`) === 'a delta');
  });

  it('never get an older list over a newer one, and nothing twice', async () => {
    const [authority, place] = [anAuthority(), await aPlace()];
    const newest = lists.put(authority.authorityId, authority.slug, '9', 'nine');
    await set(authority, [place]);
    await becomes(authority.authorityId, ({ number }) => number === '9');
    await tell(lists.put(authority.authorityId, authority.slug, '8', 'eight'));
    await tell({ ...newest, sha256: '00' });
    await becomes(authority.authorityId, ({ state }) => state === 'published');
    await runNow();
    expect(place.shelf.published.get(`${authority.slug}.crl`)).toBe('nine');
    expect(place.shelf.calls.filter((each) => each === 'publish')).toHaveLength(1);
  });

  it('get the newest where one takes the place of that which is being read', async () => {
    const [authority, place] = [anAuthority(), await aPlace()];
    lists.put(authority.authorityId, authority.slug, '1', 'the list that is going to be gone');
    lists.beforeSlice = (offset) => {
      if (offset === 10) lists.put(authority.authorityId, authority.slug, '2', 'the new one');
    };
    await set(authority, [place]);
    await becomes(authority.authorityId, ({ number }) => number === '2');
    expect(place.shelf.published.get(`${authority.slug}.crl`)).toBe('the new one');
  });

  it('are tried again, later and later, with the words of what went wrong', async () => {
    const [authority, place] = [anAuthority(), await aPlace()];
    lists.put(authority.authorityId, authority.slug, '1', 'list');
    place.shelf.faults.set('publish', new AppError('permission_denied', 'the bucket does not let us in'));
    await set(authority, [place]);
    const failed = await becomes(authority.authorityId, ({ state }) => state === 'failed');
    expect(failed).toMatchObject({ lastError: 'the bucket does not let us in', attempts: 1, nextTryAt: expect.any(String), number: null });
    place.shelf.faults.clear();
    await world.sql().query(`update crl_place set next_try_at = now() - interval '1 minute' where authority_id = $1`, [authority.authorityId]);
    await runNow();
    await becomes(authority.authorityId, ({ state, attempts }) => state === 'published' && attempts === 0);
  });

  it('get the newest list once more where a worker was lost with its lease', async () => {
    const [authority, place] = [anAuthority(), await aPlace()];
    lists.put(authority.authorityId, authority.slug, '1', 'old');
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    const atWork = new Promise<void>((resolve) => {
      place.shelf.gates.set('publish', () => (resolve(), gate));
    });
    await set(authority, [place]);
    await atWork;
    place.shelf.gates.clear();
    await world.sql().query(`update crl_place set held_until = now() - interval '1 second', holder = gen_random_uuid() where authority_id = $1`, [authority.authorityId]);
    await tell(lists.put(authority.authorityId, authority.slug, '2', 'new'));
    await becomes(authority.authorityId, ({ number }) => number === '2');
    // What was thought lost puts its old list over the new one.
    letGo();
    await waitUntil(() => place.shelf.calls.filter((each) => each === 'publish').length === 3, { what: 'the newest list to be put there again' });
    await becomes(authority.authorityId, ({ number, state }) => number === '2' && state === 'published');
    expect(place.shelf.published.get(`${authority.slug}.crl`)).toBe('new');
  });

  it('that are left out lose their lists', async () => {
    const [authority, one, other] = [anAuthority(), await aPlace(), await aPlace()];
    lists.put(authority.authorityId, authority.slug, '1', 'list');
    await set(authority, [one, other]);
    await waitUntil(async () => (await get(authority.authorityId)).every(({ state }) => state === 'published'));
    expect((await set(authority, [other])).items.map(({ destination }) => destination.id)).toEqual([other.id]);
    await waitUntil(() => one.shelf.published.size === 0);
    await waitUntil(async () => (await world.sql().query('select from crl_place where authority_id = $1', [authority.authorityId])).length === 1);
    expect(other.shelf.published.size).toBe(1);
    const audit = await world.sql().query<{ details: unknown }>(`select details from audit_entry where action = 'crl_place.set' and object_id = $1 order by at`, [String(authority.authorityId)]);
    expect(audit.map(({ details }) => details)).toEqual([{ added: [one.id, other.id], removed: [] }, { added: [], removed: [one.id] }]);
  });

  it('are for administrators to say, and for destinations that publish', async () => {
    const [authority, plain] = [anAuthority(), await world.destination()];
    await expect(set(authority, [], aPrincipal({}))).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(set(authority, [plain])).rejects.toMatchObject({ code: 'failed_precondition', fields: [{ path: 'destinations.0', message: expect.stringContaining('does not publish files') }] });
    await expect(set(authority, [{ id: 999_999 }])).rejects.toMatchObject({ code: 'not_found' });
    await expect(set({ ...authority, slug: '../up' }, [])).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(await get(authority.authorityId)).toEqual([]);
  });
});
