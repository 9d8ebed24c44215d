import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { aGateway, type Gateway } from './a-gateway.js';
import { someCallers, statusesOf, type PermissionRow, type Tokens } from './callers.js';
import { inventoryWorld, nextId } from './certificate-stand-in.js';
import { deployStandIn } from './deploy-stand-in.js';
import { discoveryStandIn } from './discovery-stand-in.js';
import { notifyStandIn, notifyWorld } from './notify-stand-in.js';
import { aCertificateRecord, aNotificationRecord, passwordOption } from './records.js';

jest.setTimeout(60_000);

let gateway: Gateway;
let tokens: Tokens;

beforeAll(async () => {
  gateway = await aGateway({ services: [deployStandIn, discoveryStandIn, notifyStandIn] });
  tokens = await someCallers(gateway);
});
beforeEach(() => {
  notifyWorld.isAwayForWrites = false;
  notifyWorld.inputs.length = 0;
  inventoryWorld.inputs.length = 0;
  for (const id of [50, 51]) notifyWorld.notifications.set(id, aNotificationRecord({ id, label: `team-${id}` }));
});
afterAll(() => gateway.stop());

const asAdmin = (method: string, path: string, body?: unknown) => gateway.send(method, path, { token: gateway.admin, body });
const aBody = (label: string) => ({ label, description: 'for the team', plugin: { slug: 'email-notification', pluginOptions: [{ name: 'interval', type: 'int', value: '30' }, {}] } });
const aNotification = async () => (await asAdmin('POST', '/notifications', aBody(`n-${nextId()}`))).body.id as number;
const aCertificate = (...notificationIds: number[]): number => {
  const certificate = aCertificateRecord({ id: nextId() });
  inventoryWorld.certificates.set(certificate.id, certificate);
  notifyWorld.attachments.push(...notificationIds.map((notificationId) => ({ certificateId: certificate.id, notificationId })));
  return certificate.id;
};
const labels = (body: { notifications: { label: string }[] }) => body.notifications.map(({ label }) => label).sort();
const of = (what: string) => notifyWorld.inputs.flatMap((input) => (typeof input === 'object' && input !== null && what in input ? [Reflect.get(input, what) as Record<string, unknown>] : []));
const writes = () => inventoryWorld.inputs.filter(({ what }) => what !== 'list');

describe('notifications over REST', () => {
  it('are created and shown as Lemur shows them, active whatever is said', async () => {
    const certificates = [aCertificate(), aCertificate()];
    const { status, body } = await asAdmin('POST', '/notifications', { ...aBody('mine'), active: false, certificates: certificates.map((id) => ({ id })) });
    expect([status, Object.keys(body).sort(), body.active]).toEqual([200, ['active', 'description', 'id', 'label', 'options', 'plugin'], true]);
    expect(body.options[1]).toEqual({ ...passwordOption, value: null });
    expect(body.plugin.pluginOptions).toEqual(body.options);
    expect(of('create')).toMatchObject([{ label: 'mine', certificateIds: certificates, plugin: { pluginOptions: [{ name: 'interval', value: '30' }] } }]);
    expect((await asAdmin('GET', `/notifications/${body.id}`)).body).toEqual(body);
    expect((await asAdmin('GET', '/notifications/999999')).status).toBe(404);
  });

  it.each([
    ['without a label', { ...aBody('x'), label: undefined }, { label: 'is required' }],
    ['with an empty label', aBody(''), { label: 'must not be empty' }],
    ['with a blank label', aBody('   '), { label: 'must not be blank' }],
    ['with an option twice', { ...aBody('x'), plugin: { slug: 's', pluginOptions: [{ name: 'interval', value: 30 }, { name: 'interval', value: 3 }] } }, { plugin: { pluginOptions: 'option "interval" is given twice, with different values' } }],
    ['with a label of 129 characters', aBody('x'.repeat(129)), { label: expect.stringContaining('128') }],
    ['without a description', { ...aBody('x'), description: undefined }, { description: 'is required' }],
    ['without a plugin', { ...aBody('x'), plugin: undefined }, { plugin: expect.anything() }],
    ['with a certificate that is not there', { ...aBody('x'), certificates: [{ id: 404_404 }] }, { certificates: { _schema: expect.stringContaining('certificate 404404 does not exist') } }],
  ])('are refused %s', async (_title, body, reasons) => {
    expect(await asAdmin('POST', '/notifications', body)).toMatchObject({ status: 400, body: { message: 'Validation Error.', reasons } });
    expect(of('create')).toEqual([]);
  });

  it('are asked for by whole numbers, or told what was given in their place', async () => {
    expect(await asAdmin('GET', '/notifications?count=abc')).toMatchObject({ status: 400, body: { message: 'Validation Error.', reasons: { count: 'must be a whole number, not "abc"' } } });
    expect((await asAdmin('GET', '/deliveries?certificateId=abc')).body.reasons).toEqual({ certificateId: 'must be a whole number, not "abc"' });
  });

  it('are changed: what is active stays so where nothing is said, certificates come and go', async () => {
    const id = await aNotification();
    const [added, removed] = [aCertificate(), aCertificate()];
    const body = { ...aBody('changed'), certificates: [{ id: 1 }], addedCertificates: [{ id: added }], removedCertificates: [{ name: `certificate-${removed}` }] };
    expect((await asAdmin('PUT', `/notifications/${id}`, body)).status).toBe(200);
    expect((await asAdmin('PUT', `/notifications/${id}`, { ...aBody('changed'), active: false })).status).toBe(200);
    expect(of('update')).toMatchObject([{ id, active: null, addedCertificateIds: [added], removedCertificateIds: [removed] }, { active: false, addedCertificateIds: [], removedCertificateIds: [] }]);
    expect((await asAdmin('PUT', '/notifications/999999', aBody('x'))).status).toBe(404);
  });

  it('are listed with paging and filters', async () => {
    expect((await asAdmin('GET', '/notifications?active=true&filter=label;x&count=5&page=2&sortBy=label&sortDir=desc')).status).toBe(200);
    expect(of('list').at(-1)).toMatchObject({ active: true, filter: 'label;x', window: { offset: 5, limit: 5, sortBy: 'label', sortDir: 'desc' } });
  });

  it('are deleted with the answer that Lemur gives, also when there is none', async () => {
    const id = await aNotification();
    for (const _time of [1, 2]) expect(await asAdmin('DELETE', `/notifications/${id}`)).toMatchObject({ status: 200, body: { result: true } });
  });

  it('are tested before and after they are saved, and their messages previewed', async () => {
    expect(await asAdmin('POST', `/notifications/${await aNotification()}/test`)).toMatchObject({ status: 200, body: { isWorking: true } });
    expect(await asAdmin('POST', '/notifications/test', { plugin: aBody('x').plugin })).toMatchObject({ status: 200, body: { isWorking: false } });
    expect(await asAdmin('GET', '/notifications/preview/expiration')).toMatchObject({ status: 200, body: { type: 'expiration', subject: 's' } });
    expect(await asAdmin('GET', '/notifications/preview/nothing')).toMatchObject({ status: 404, body: { message: expect.stringContaining('there is no message of type "nothing"') } });
  });

  it('have certificates, which are listed newest first, or as is asked', async () => {
    const id = await aNotification();
    const certificates = [aCertificate(id), aCertificate(id), aCertificate(id)];
    const page = await asAdmin('GET', `/notifications/${id}/certificates?count=2`);
    expect([page.body.total, page.body.items.map((each: { id: number }) => each.id)]).toEqual([3, [certificates[2], certificates[1]]]);
    expect((await asAdmin('GET', `/notifications/${id}/certificates?sortBy=name&sortDir=asc`)).body.items).toHaveLength(3);
    expect(inventoryWorld.inputs.at(-1)).toMatchObject({ input: { window: { sortBy: 'name' } } });
    expect((await asAdmin('GET', `/certificates?notificationId=${id}&id=${certificates[0]},1`)).body.items.map((each: { id: number }) => each.id)).toEqual([certificates[0]]);
    expect((await asAdmin('GET', '/certificates?notificationId=999999')).body).toMatchObject({ items: [], total: 0 });
    expect((await asAdmin('GET', '/notifications/999999/certificates')).body).toMatchObject({ items: [], total: 0 });
  });

  it('have deliveries, of which each can be looked at and tried again', async () => {
    const id = await aNotification();
    expect((await asAdmin('GET', `/notifications/${id}/deliveries?state=failed&type=expiration`)).body).toMatchObject({ total: 1, items: [{ id: 1, state: 'failed' }] });
    expect(of('deliveries').at(-1)).toMatchObject({ notificationId: id, state: 'failed', type: 'expiration', certificateId: null });
    expect((await asAdmin('GET', '/deliveries?certificateId=7')).status).toBe(200);
    expect(of('deliveries').at(-1)).toMatchObject({ notificationId: null, certificateId: 7 });
    expect((await asAdmin('GET', '/notifications/999999/deliveries')).status).toBe(404);
    expect((await asAdmin('GET', '/deliveries?state=lost')).status).toBe(400);
    expect((await asAdmin('GET', '/deliveries/1')).body).toMatchObject({ text: 't', history: [{ state: 'failed', detail: 'no' }] });
    expect((await asAdmin('GET', '/deliveries/9')).status).toBe(404);
    expect((await asAdmin('POST', '/deliveries/1/retry')).body).toMatchObject({ state: 'pending' });
    expect((await asAdmin('POST', `/notifications/${id}/deliveries/retry`)).body).toEqual({ retriedIds: [id] });
    expect((await asAdmin('POST', '/notifications/999999/deliveries/retry')).status).toBe(404);
    expect((await asAdmin('POST', '/deliveries/retry')).body).toEqual({ retriedIds: [1, 2] });
    expect((await asAdmin('POST', '/deliveries/2/retry')).status).toBe(412);
  });
});

describe('a certificate', () => {
  const request = { owner: 'shop@corp.test', commonName: 'shop.corp.test', authority: { id: 1 }, validityYears: 1 };
  const create = (more: object) => asAdmin('POST', '/certificates', { ...request, ...more });
  const edit = (id: number, more: object) => asAdmin('PUT', `/certificates/${id}`, { owner: 'shop@corp.test', ...more });

  it('shows what it is told of by, asked of all at once, with definitions of the plugin', async () => {
    const ids = [aCertificate(50), aCertificate(50, 51)];
    const { body } = await asAdmin('GET', `/certificates?id=${ids.join(',')}`);
    expect(body.items.map(labels)).toEqual([['team-50'], ['team-50', 'team-51']]);
    expect(body.items[0].notifications[0].plugin.pluginOptions[0]).toEqual({ name: 'interval', type: 'int', required: true, validation: '^\\d+$', helpMessage: 'When' });
    expect(of('of')).toEqual([ids]);
    expect(JSON.stringify(body)).not.toContain('Tr0ub4dor');
    expect((await asAdmin('GET', `/certificates/${ids[1]}/notifications?count=1&page=2`)).body).toMatchObject({ total: 2, items: [{ label: 'team-51' }] });
  });

  it('is made with those that are asked for, by id and by label, each once', async () => {
    const { status, body } = await create({ notifications: [{ id: 50 }, { label: 'team-51' }] });
    expect([status, labels(body)]).toEqual([200, ['team-50', 'team-51']]);
    expect(writes()).toMatchObject([{ what: 'issue', input: { notificationIds: [50, 51] } }]);
    expect(of('attach')).toMatchObject([{ certificateId: body.id, owner: 'shop@corp.test', notificationIds: [50, 51] }]);
    expect(labels((await asAdmin('GET', `/certificates/${body.id}`)).body)).toEqual(['team-50', 'team-51']);
  });

  it('has those of its owner at once when it names none, made or uploaded', async () => {
    expect(labels((await create({})).body)).toEqual(['DEFAULT_SHOP_30_DAY']);
    const uploaded = await asAdmin('POST', '/certificates/upload', { owner: 'shop@corp.test', body: '-----BEGIN CERTIFICATE-----', privateKey: '-----BEGIN PRIVATE KEY-----' });
    expect(labels(uploaded.body)).toEqual(['DEFAULT_SHOP_30_DAY']);
  });

  it('is refused for what does not exist, and nothing is stored', async () => {
    const answers = [await create({ notifications: [{ id: 50 }, { id: 404 }] }), await asAdmin('POST', '/certificates/upload', { owner: 'shop@corp.test', body: 'x', notifications: [{ id: 404 }] }), await edit(aCertificate(), { notifications: [{ id: 404 }] })];
    for (const answer of answers) expect(answer).toMatchObject({ status: 400, body: { message: 'Validation Error.', reasons: { notifications: { _schema: 'notification 404 does not exist' } } } });
    expect(writes()).toEqual([]);
  });

  it('is answered though its notifications could not be hung on it: they hear of it', async () => {
    notifyWorld.isAwayForWrites = true;
    expect(labels((await create({ notifications: [{ id: 50 }] })).body)).toEqual(['team-50']);
    expect((await create({})).status).toBe(200);
  });

  it('has what an edit names and nothing else, with its former owner told', async () => {
    const id = aCertificate(50);
    expect(labels((await edit(id, { owner: 'new@corp.test', notifications: [{ id: 51 }] })).body)).toEqual(['team-51']);
    expect(of('set')).toEqual([{ certificateId: id, owner: 'new@corp.test', formerOwner: 'shop@corp.test', notificationIds: [51] }]);
    notifyWorld.isAwayForWrites = true;
    expect(await edit(id, {})).toMatchObject({ status: 503, body: { reason: 'notification.not_saved' } });
  });

  it('keeps the rest when its owner alone changes', async () => {
    const id = aCertificate(50, 51);
    expect((await asAdmin('POST', `/certificates/${id}/update/owner`, { owner: 'new@corp.test' })).status).toBe(200);
    expect(of('set')).toEqual([{ certificateId: id, owner: 'new@corp.test', formerOwner: 'shop@corp.test', notificationIds: [50, 51] }]);
  });

  it('that is pending keeps its notifications and shows them', async () => {
    const { body } = await create({ authority: { id: 3 }, notifications: [{ id: 50 }] });
    expect([body.resolved, labels(body), of('attach')]).toEqual([false, ['team-50'], []]);
    expect(labels((await asAdmin('GET', `/pending_certificates/${body.id}`)).body)).toEqual(['team-50']);
    const changed = await asAdmin('PUT', `/pending_certificates/${body.id}`, { owner: 'shop@corp.test', notifications: [{ id: 51 }] });
    expect(labels(changed.body)).toEqual(['DEFAULT_SHOP_30_DAY', 'team-51']);
  });
});

const on = (suffix = '') => async () => `/notifications/${await aNotification()}${suffix}`;
const rows: PermissionRow[] = [
  ['list', 'GET', async () => '/notifications', undefined, [401, 200, 200, 200, 200]],
  ['see', 'GET', on(), undefined, [401, 200, 200, 200, 200]],
  ['list the certificates', 'GET', on('/certificates'), undefined, [401, 200, 200, 200, 200]],
  ['list the deliveries', 'GET', on('/deliveries'), undefined, [401, 200, 200, 200, 200]],
  ['list all deliveries', 'GET', async () => '/deliveries', undefined, [401, 200, 200, 200, 200]],
  ['see a delivery', 'GET', async () => '/deliveries/1', undefined, [401, 200, 200, 200, 200]],
  ['preview', 'GET', async () => '/notifications/preview/rotation', undefined, [401, 200, 200, 200, 200]],
  ['create', 'POST', async () => '/notifications', aBody('made'), [401, 200, 200, 403, 200]],
  ['create from nothing', 'POST', async () => '/notifications', {}, [401, 400, 400, 400, 400]],
  ['change', 'PUT', on(), aBody('changed'), [401, 200, 200, 403, 200]],
  ['change into nothing', 'PUT', on(), {}, [401, 400, 400, 400, 400]],
  ['delete', 'DELETE', on(), undefined, [401, 200, 200, 403, 200]],
  ['test', 'POST', on('/test'), undefined, [401, 200, 200, 403, 200]],
  ['test what is not saved', 'POST', async () => '/notifications/test', { plugin: aBody('t').plugin }, [401, 200, 200, 403, 200]],
  ['try a delivery again', 'POST', async () => '/deliveries/1/retry', undefined, [401, 200, 200, 403, 200]],
  ['try all that failed again', 'POST', async () => '/deliveries/retry', undefined, [401, 403, 403, 403, 200]],
];

describe('who may do what with notifications', () => {
  it.each(rows)('%s', async (...row) => {
    expect(await statusesOf(gateway, tokens, row)).toEqual(row[4]);
  });
});

describe('while nobody can be asked about notifications', () => {
  it('what needs them is refused before anything is saved, and the rest goes on without them', async () => {
    const id = aCertificate(50);
    await gateway.platform.service('notify').stop();
    expect((await asAdmin('POST', '/certificates', { owner: 'shop@corp.test', commonName: 'x.corp.test', authority: { id: 1 }, validityYears: 1, notifications: [{ id: 50 }] })).status).toBe(503);
    expect((await asAdmin('PUT', `/certificates/${id}`, { owner: 'shop@corp.test' })).status).toBe(503);
    expect(writes()).toEqual([]);
    expect((await asAdmin('POST', '/certificates', { owner: 'shop@corp.test', commonName: 'x.corp.test', authority: { id: 1 }, validityYears: 1 })).status).toBe(200);
    expect((await asAdmin('GET', `/certificates/${id}`)).body.notifications).toEqual([]);
  });
});
