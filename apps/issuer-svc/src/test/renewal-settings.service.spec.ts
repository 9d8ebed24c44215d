import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { listRenewalWindows, type AuthorityRecord } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { RpcClient } from '@sifaka/messaging';
import { DestinationLabelRepository } from '../attachment/destination-label.repository.js';
import { anAuthority, issue } from './an-issuer.js';
import { aRenewalWorld, hour, type RenewalWorld } from './a-renewal-world.js';

let world: RenewalWorld;
let [old, young]: AuthorityRecord[] = [];
/** Answers for acme-svc. */
let windowsOf: (fingerprints: readonly string[]) => Promise<{ windows: unknown[] }> = () => Promise.reject(new AppError('unavailable', 'nobody answers'));

beforeAll(async () => {
  world = await aRenewalWorld({
    SIFAKA_ROTATE_AUTHORITY_TRANSLATION: '{"Old CA": "Young CA", "Lonely CA": "No such CA"}',
    SIFAKA_REISSUE_FILTER: '{"include": {"destinations": ["7", "8", "web-.*"]}, "exclude": {"owners": ["test@corp.test"]}}',
  });
  [old, young] = [await anAuthority(world.platform, { name: 'Old CA' }), await anAuthority(world.platform, { name: 'Young CA' })];
  const rpc = world.platform.service('issuer').app.get(RpcClient);
  const call = rpc.call.bind(rpc);
  rpc.call = ((contract: { subject: string }, input: { fingerprints: string[] }, ...rest: never[]) =>
    contract.subject === listRenewalWindows.subject ? windowsOf(input.fingerprints) : call(contract as never, input as never, ...rest)) as typeof rpc.call;
});
afterAll(() => world.stop());
afterEach(() => world.at(0));

const attach = (id: number, destination = 7) => world.rows("insert into certificate_attachment (certificate_id, kind, object_id, is_attached, changed_at) values ($1, 'destination', $2, true, $3)", [id, destination, new Date()]);
const planOf = async (id: number) => (await world.rows<{ state: string; awaits: boolean; isPlanned: boolean; start: Date | null }>(
  'select state, awaits_suggestion as awaits, revision = planned_revision as "isPlanned", window_start as start from certificate_renewal where certificate_id = $1', [id]))[0];

describe('rotateAuthorityTranslation', () => {
  it('has another authority renew, and the old one where the other does not exist', async () => {
    const lonely = await anAuthority(world.platform, { name: 'Lonely CA' });
    const [first, second] = [await world.issue(old ?? lonely, 160 * hour), await world.issue(lonely, 160 * hour)];
    for (const { id } of [first, second]) await attach(id);
    await world.pass(97 * hour, 98 * hour, hour);
    const authorityOf = async (id: number) => (await world.rows<{ authority_id: number }>('select authority_id from certificate where renewal_of = $1', [id]))[0]?.authority_id;
    expect([await authorityOf(first.id), await authorityOf(second.id)]).toEqual([young?.id, lonely.id]);
  });
});

describe('reissueFilter', () => {
  it('leaves certificates out by owner, whatever else matches', async () => {
    const { id } = await world.issue(young ?? { id: 0 }, 160 * hour, { owner: 'test@corp.test' });
    await attach(id);
    await world.pass(130 * hour, 131 * hour, hour);
    expect(await world.successors(id)).toEqual([]);
    expect(await world.renewal(id)).toMatchObject({ state: 'off', reason: 'the filter of renewals (reissueFilter) leaves it out' });
  });

  it('asked for destinations plans certificates anew that get one later, and when it is taken away', async () => {
    const { id } = await world.issue(young ?? { id: 0 }, 160 * hour);
    await world.tick();
    expect(await planOf(id)).toMatchObject({ state: 'off', isPlanned: true });
    await attach(id, 8);
    await world.tick();
    expect(await planOf(id)).toMatchObject({ state: 'waiting', isPlanned: true });
    await world.rows("update certificate_attachment set is_attached = false where certificate_id = $1 and kind = 'destination'", [id]);
    await world.tick();
    expect(await planOf(id)).toMatchObject({ state: 'off', isPlanned: true });
  });

  it('asked for destinations by label plans certificates anew when one is told or becomes another', async () => {
    const { id } = await world.issue(young ?? { id: 0 }, 160 * hour);
    await attach(id, 9);
    const labels = world.platform.service('issuer').app.get(DestinationLabelRepository);
    const stateWith = async (label: string) => {
      await labels.note({ id: 9, label }, new Date());
      await world.tick();
      return planOf(id);
    };
    expect(await stateWith('lab-1')).toMatchObject({ state: 'off', isPlanned: true });
    expect(await stateWith('web-1')).toMatchObject({ state: 'waiting', isPlanned: true });
    expect(await stateWith('lab-1')).toMatchObject({ state: 'off', isPlanned: true });
  });
});

describe('certificates of ACME authorities', () => {
  const issuedAt = async (count: number): Promise<{ authority: AuthorityRecord; ids: number[] }> => {
    const authority = await anAuthority(world.platform);
    const ids = await world.many(authority, count, 160 * hour);
    for (const id of ids) await attach(id);
    await world.rows("update authority set plugin_slug = 'acme-issuer' where id = $1", [authority.id]);
    return { authority, ids };
  };

  it('that wait for acme-svc keep nobody else from being planned, and are planned by their policy meanwhile', async () => {
    windowsOf = () => Promise.reject(new AppError('unavailable', 'nobody answers'));
    const { ids } = await issuedAt(1_100);
    await world.tick();
    const other = await issue(world.platform, young ?? { id: 0 }, { rotation: true });
    await world.tick();
    expect(await planOf(other.id)).toMatchObject({ isPlanned: true });
    expect(await world.rows("select 1 from certificate_renewal where certificate_id = any($1::int[]) and (state <> 'waiting' or not awaits_suggestion or revision <> planned_revision)", [ids])).toEqual([]);
  }, 60_000);

  it('are renewed when their CA asks for it, once acme-svc says so', async () => {
    const { ids: [id = 0] } = await issuedAt(1);
    windowsOf = () => Promise.reject(new AppError('unavailable', 'nobody answers'));
    await world.tick();
    const byPolicy = await planOf(id);
    const start = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 40 * hour);
    windowsOf = (fingerprints) => Promise.resolve({ windows: fingerprints.map((fingerprintSha256) => ({ fingerprintSha256, windowStart: start.toISOString(), windowEnd: new Date(start.getTime() + 10 * hour).toISOString(), explanationUrl: null, checkedAt: new Date().toISOString() })) });
    world.at(hour);
    await world.tick();
    expect(byPolicy?.awaits).toBe(true);
    expect(await planOf(id)).toMatchObject({ awaits: false, start });
  });
});
