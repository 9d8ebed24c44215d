import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { aGateway, type Gateway } from './a-gateway.js';
import { someCallers, statusesOf, type PermissionRow, type Tokens } from './callers.js';
import { deployStandIn } from './deploy-stand-in.js';
import { deployWorld } from './deployment-stand-in.js';
import { aRun, discoveryStandIn, discoveryWorld } from './discovery-stand-in.js';
import { hostOption, passwordOption } from './records.js';

jest.setTimeout(60_000);

let gateway: Gateway;
let tokens: Tokens;
beforeAll(async () => {
  gateway = await aGateway({ services: [deployStandIn, discoveryStandIn] });
  tokens = await someCallers(gateway);
});
beforeEach(() => void (discoveryWorld.ensureRefusal = null));
afterAll(() => gateway.stop());

const asAdmin = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => gateway.send(method, path, { token: gateway.admin, body, headers });
const aBody = (label: string) => ({ label, description: 'edge', plugin: { slug: 'network-source', pluginOptions: [{ name: 'host', value: 'edge1.corp.test' }] } });
let made = 0;
const aSource = async () => (await asAdmin('POST', '/sources', aBody(`s-${(made += 1)}`))).body.id as number;
const lastInput = () => discoveryWorld.inputs.at(-1);

describe('sources over REST', () => {
  it('are created and shown as Lemur shows them, with what Lemur hides, and never with a secret', async () => {
    const { status, body } = await asAdmin('POST', '/sources', aBody('prod-account'));
    expect(status).toBe(200);
    const options = [hostOption, { ...passwordOption, value: null }];
    const plugin = { slug: 'network-source', title: 'Network', description: 'TLS endpoints', pluginOptions: options };
    expect(body).toMatchObject({ label: 'prod-account', description: 'edge', options, plugin, active: true, schedule: '5 */3 * * *', lastRun: null, lastSync: null });
    for (const token of [tokens.plain, tokens.admin]) expect((await gateway.send('GET', `/sources/${body.id}`, { token })).body).toEqual(body);
    expect((await asAdmin('GET', '/sources/999999')).status).toBe(404);
  });

  it('belong to whoever makes them, whose role is there at once', async () => {
    await aSource();
    const { body } = await asAdmin('GET', '/auth/me');
    const roles = await asAdmin('GET', `/roles?filter=name;${body.email}&count=1`);
    expect(lastInput()).toMatchObject({ owner: body.email, ownerRoleId: roles.body.items[0].id, active: true });
    await asAdmin('POST', '/sources', { ...aBody('theirs'), owner: 'Edge@Corp.test', active: false, schedule: null });
    expect(lastInput()).toMatchObject({ owner: 'edge@corp.test', active: false, schedule: null });
  });

  it('stay as they were in what a change leaves out', async () => {
    const { body } = await asAdmin('POST', '/sources', { ...aBody('kept'), owner: 'edge@corp.test', active: false });
    expect((await asAdmin('PUT', `/sources/${body.id}`, aBody('renamed'))).status).toBe(200);
    expect(lastInput()).toMatchObject({ id: body.id, label: 'renamed', owner: 'edge@corp.test', active: false });
    expect(lastInput()).not.toHaveProperty('schedule');
    expect((await asAdmin('PUT', '/sources/999999', aBody('nobody'))).status).toBe(404);
  });

  it.each([
    ['without a label', { ...aBody('x'), label: undefined }, { label: 'is required' }],
    ['with a label of 33 characters', aBody('x'.repeat(33)), { label: 'must have at most 32 characters' }],
    ['without a description', { ...aBody('x'), description: undefined }, { description: 'is required' }],
    ['without a plugin', { ...aBody('x'), plugin: undefined }, { plugin: expect.anything() }],
    ['with an owner who is none', { ...aBody('x'), owner: 'nobody' }, { owner: expect.any(String) }],
  ])('are refused %s', async (_title, body, reasons) => {
    expect(await asAdmin('POST', '/sources', body)).toMatchObject({ status: 400, body: { message: 'Validation Error.', reasons } });
  });

  it('have labels of their own', async () => {
    await asAdmin('POST', '/sources', aBody('once'));
    expect(await asAdmin('POST', '/sources', aBody('once'))).toMatchObject({ status: 409, body: { message: expect.stringContaining('"once"') } });
  });

  it('are made once for one Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'a-source' };
    const [first, second] = [await asAdmin('POST', '/sources', aBody('keyed'), key), await asAdmin('POST', '/sources', aBody('keyed'), key)];
    expect([first.status, second.text]).toEqual([200, first.text]);
  });

  it('are listed with paging and filters', async () => {
    await asAdmin('GET', '/sources?filter=pluginName;net&sortBy=label&sortDir=desc&page=2&count=5&id=1,2');
    expect(lastInput()).toMatchObject({ filter: 'pluginName;net', ids: [1, 2], window: { sortBy: 'label', sortDir: 'desc', offset: 5, limit: 5 } });
    const { body } = await asAdmin('GET', '/sources?count=100');
    expect(body.total).toBe(body.items.length);
  });

  it('are deleted with the answer that Lemur gives, also when there is none', async () => {
    const id = await aSource();
    for (const _time of [1, 2]) expect(await asAdmin('DELETE', `/sources/${id}`)).toMatchObject({ status: 200, body: { result: true } });
  });

  it('are looked at on request, and tell of their runs and of what these could not take over', async () => {
    const id = await aSource();
    expect(await asAdmin('POST', `/sources/${id}/sync`)).toMatchObject({ status: 200, body: { id: aRun.id, state: 'queued' } });
    expect(await asAdmin('GET', `/sources/${id}/runs`)).toMatchObject({ status: 200, body: { total: 1, items: [{ sourceId: id }] } });
    expect(await asAdmin('GET', `/sources/${id}/runs/${aRun.id}/findings`)).toMatchObject({ status: 200, body: { items: [{ what: 'broken.pem' }] } });
    for (const path of ['999999/runs', `${id}/runs/1/findings`]) expect((await asAdmin('GET', `/sources/${path}`)).status).toBe(404);
    expect((await asAdmin('POST', '/sources/999999/sync')).status).toBe(404);
  });

  it('are cleaned on request, of what is named, and only looked at unless that is said', async () => {
    const id = await aSource();
    const clean = (body: unknown) => asAdmin('POST', `/sources/${id}/clean`, body);
    expect(await clean({})).toMatchObject({ status: 200, body: { isDryRun: true, total: 0 } });
    expect(lastInput()).toEqual({ id, selection: { kind: 'expired' }, isDryRun: true });
    expect((await clean({ selection: 'expiring', days: 10, dryRun: false })).status).toBe(200);
    expect(lastInput()).toEqual({ id, selection: { kind: 'expiring', days: 10 }, isDryRun: false });
    expect(await clean({ selection: 'issued' })).toMatchObject({ status: 400, body: { reasons: { days: expect.anything() } } });
    expect((await clean({ selection: 'everything' })).status).toBe(400);
    expect((await asAdmin('POST', '/sources/999999/clean', {})).status).toBe(404);
  });

  it('are tested before and after they are saved', async () => {
    expect(await asAdmin('POST', `/sources/${await aSource()}/test`)).toMatchObject({ status: 200, body: { isWorking: true } });
    expect(await asAdmin('POST', '/sources/test', { plugin: aBody('x').plugin })).toMatchObject({ status: 200, body: { isWorking: false } });
    expect((await asAdmin('POST', '/sources/999999/test')).status).toBe(404);
  });

  it('have plugins', async () => {
    expect(await asAdmin('GET', '/plugins?type=source')).toMatchObject({ status: 200, body: { total: 1, items: [{ slug: 'network-source' }] } });
  });
});

describe('the source that watches the place of a destination', () => {
  const aDestination = (slug: string) => ({ label: 'iam', description: 'main account', plugin: { slug, pluginOptions: [] } });
  const ensured = () => discoveryWorld.inputs.filter((input) => typeof input === 'object' && input !== null && 'isDryRun' in input);

  it('is tried first and made then, in the name of the administrator', async () => {
    const before = ensured().length;
    const { body } = await asAdmin('POST', '/destinations', aDestination('twin-destination'));
    const twin = { label: 'iam', description: 'main account', slug: 'network-source', options: { hosts: 'edge1.corp.test' }, owner: 'admin@sifaka.internal' };
    expect(ensured().slice(before)).toEqual([expect.objectContaining({ ...twin, isDryRun: true }), expect.objectContaining({ ...twin, isDryRun: false })]);
    expect((await asAdmin('PUT', `/destinations/${body.id}`, aDestination('twin-destination'))).status).toBe(200);
    expect(ensured()).toHaveLength(before + 4);
  });

  it('refuses the destination that it cannot be made for, before that is saved', async () => {
    discoveryWorld.ensureRefusal = 'there is a source "iam" already';
    const before = deployWorld.destinations.size;
    expect(await asAdmin('POST', '/destinations', aDestination('twin-destination'))).toMatchObject({ status: 409, body: { message: expect.stringMatching(/the source .* cannot be made: there is a source "iam" already/) } });
    expect(deployWorld.destinations.size).toBe(before);
  });

  it('is not thought of where a plugin names none', async () => {
    const before = ensured().length;
    expect((await asAdmin('POST', '/destinations', aDestination('plain'))).status).toBe(200);
    expect(ensured()).toHaveLength(before);
  });
});

const on = (suffix = '') => async () => `/sources/${await aSource()}${suffix}`;
const rows: PermissionRow[] = [
  ['list', 'GET', async () => '/sources', undefined, [401, 200, 200, 200, 200]],
  ['see', 'GET', on(), undefined, [401, 200, 200, 200, 200]],
  ['see the runs', 'GET', on('/runs'), undefined, [401, 200, 200, 200, 200]],
  ['see the findings', 'GET', on(`/runs/${aRun.id}/findings`), undefined, [401, 200, 200, 200, 200]],
  ['create from nothing', 'POST', async () => '/sources', {}, [401, 400, 400, 400, 400]],
  ['create', 'POST', async () => '/sources', aBody('by whoever may'), [401, 403, 403, 403, 200]],
  ['change', 'PUT', on(), aBody('changed'), [401, 403, 403, 403, 200]],
  ['delete', 'DELETE', on(), undefined, [401, 403, 403, 403, 200]],
  ['look now', 'POST', on('/sync'), undefined, [401, 403, 403, 403, 200]],
  ['test', 'POST', on('/test'), undefined, [401, 403, 403, 403, 200]],
  ['test what is not saved', 'POST', async () => '/sources/test', { plugin: aBody('t').plugin }, [401, 403, 403, 403, 200]],
];

describe('who may do what with sources', () => {
  it.each(rows)('%s', async (...row) => {
    expect(await statusesOf(gateway, tokens, row)).toEqual(row[4]);
  });
});
