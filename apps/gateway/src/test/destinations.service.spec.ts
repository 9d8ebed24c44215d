import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { aGateway, type Gateway } from './a-gateway.js';
import { someCallers, statusesOf, type PermissionRow, type Tokens } from './callers.js';
import { deployStandIn } from './deploy-stand-in.js';
import { deployWorld } from './deployment-stand-in.js';

jest.setTimeout(60_000);

let gateway: Gateway;
let tokens: Tokens;

beforeAll(async () => {
  gateway = await aGateway({ services: [deployStandIn] });
  tokens = await someCallers(gateway);
});
afterAll(() => gateway.stop());

const asAdmin = (method: string, path: string, body?: unknown) => gateway.send(method, path, { token: gateway.admin, body });
const aBody = (label: string) => ({
  label,
  description: 'edge hosts',
  active: true,
  plugin: { slug: 'sftp-destination', title: 'SFTP', pluginOptions: [{ name: 'host', type: 'str', required: true, helpMessage: '…', value: 'edge1.corp.test' }, {}] },
});
let made = 0;
const aDestination = async () => (await asAdmin('POST', '/destinations', aBody(`d-${(made += 1)}`))).body.id as number;

describe('destinations over REST', () => {
  it('are created and shown as Lemur shows them, with their own options in two places', async () => {
    const { status, body } = await asAdmin('POST', '/destinations', aBody('edge-sftp'));
    expect(status).toBe(200);
    const options = [
      { name: 'host', type: 'str', required: true, helpMessage: 'Host', value: 'edge1.corp.test' },
      { name: 'password', type: 'str', required: false, sensitive: true, helpMessage: 'Password', value: null },
    ];
    expect(body).toEqual({ id: body.id, label: 'edge-sftp', description: 'edge hosts', options, plugin: { slug: 'sftp-destination', title: 'SFTP', description: 'Files', pluginOptions: options } });
    expect(deployWorld.inputs.at(-1)).toMatchObject({ label: 'edge-sftp', plugin: { slug: 'sftp-destination', pluginOptions: [{ name: 'host', value: 'edge1.corp.test' }] } });
    for (const token of [tokens.plain, tokens.admin]) expect((await gateway.send('GET', `/destinations/${body.id}`, { token })).body).toEqual(body);
    expect((await asAdmin('GET', '/destinations/999999')).status).toBe(404);
  });

  it('take the options of an export plugin in either spelling', async () => {
    for (const key of ['pluginOptions', 'plugin_options']) {
      const value = { slug: 'openssl-export', [key]: [{ name: 'type', value: 'PKCS12 (.p12)' }] };
      const plugin = { slug: 'aws-s3', [key]: [{ name: 'exportPlugin', type: 'export-plugin', value }, { name: 'bucket', value: 'edge-certs' }] };
      expect((await asAdmin('POST', '/destinations', { label: 'edge-s3', description: 'edge bucket', plugin })).status).toBe(200);
      expect(deployWorld.inputs.at(-1)).toMatchObject({ plugin: { pluginOptions: [{ name: 'exportPlugin', value }, { name: 'bucket' }] } });
    }
  });

  it.each([
    ['without a label', { ...aBody('x'), label: undefined }, { label: 'is required' }],
    ['with an empty label', aBody(''), { label: 'must not be empty' }],
    ['with a label of 33 characters', aBody('x'.repeat(33)), { label: 'must have at most 32 characters' }],
    ['without a description', { ...aBody('x'), description: undefined }, { description: 'is required' }],
    ['without a plugin', { ...aBody('x'), plugin: undefined }, { plugin: expect.anything() }],
    ['with an option that has no name', { ...aBody('x'), plugin: { slug: 's', pluginOptions: [{ value: 1 }] } }, { plugin: { pluginOptions: { 0: { name: 'is required' } } } }],
  ])('are refused %s', async (_title, body, reasons) => {
    expect(await asAdmin('POST', '/destinations', body)).toMatchObject({ status: 400, body: { message: 'Validation Error.', reasons } });
  });

  it('may have the same label twice', async () => {
    for (const _time of [1, 2]) expect((await asAdmin('POST', '/destinations', aBody('x'.repeat(32)))).status).toBe(200);
  });

  it('are listed with paging and filters', async () => {
    const list = await asAdmin('GET', '/destinations?count=100');
    expect(list).toMatchObject({ status: 200, body: { total: list.body.items.length } });
    await asAdmin('GET', '/destinations?filter=pluginName;sftp&sortBy=label&sortDir=desc&page=2&count=5');
    expect(deployWorld.inputs.at(-1)).toMatchObject({ filter: 'pluginName;sftp', window: { sortBy: 'label', sortDir: 'desc', offset: 5, limit: 5 } });
  });

  it('are changed, and an unknown one is not found', async () => {
    const id = await aDestination();
    expect((await asAdmin('PUT', `/destinations/${id}`, aBody('changed'))).status).toBe(200);
    expect(deployWorld.inputs.at(-1)).toMatchObject({ id, label: 'changed' });
    expect((await asAdmin('PUT', '/destinations/999999', aBody('changed'))).status).toBe(404);
  });

  it('are deleted with the answer that Lemur gives, also when there is none', async () => {
    const id = await aDestination();
    for (const _time of [1, 2]) expect(await asAdmin('DELETE', `/destinations/${id}`)).toMatchObject({ status: 200, body: { result: true } });
    expect(await asAdmin('DELETE', `/destinations/${id}?force=true`)).toMatchObject({ status: 200, body: { result: true } });
    expect(deployWorld.inputs.at(-1)).toEqual({ id, isForced: true });
  });

  it('have figures, which are zero until something is deployed', async () => {
    const { status, body } = await asAdmin('GET', '/destinations/stats?metric=certificate');
    expect(status).toBe(200);
    expect(body).toMatchObject({ total: 2, items: { labels: expect.arrayContaining(['edge-sftp']) } });
    expect(body.items.values).toEqual(body.items.labels.map(() => 0));
  });

  it('are tested before and after they are saved', async () => {
    const id = await aDestination();
    expect(await asAdmin('POST', `/destinations/${id}/test`)).toMatchObject({ status: 200, body: { isWorking: true, detail: 'fine' } });
    expect(await asAdmin('POST', '/destinations/test', { plugin: aBody('x').plugin })).toMatchObject({ status: 200, body: { isWorking: false } });
    expect((await asAdmin('POST', '/destinations/999999/test')).status).toBe(404);
  });
});

const on = (suffix = '') => async () => `/destinations/${await aDestination()}${suffix}`;
const rows: PermissionRow[] = [
  ['list', 'GET', async () => '/destinations', undefined, [401, 200, 200, 200, 200]],
  ['see', 'GET', on(), undefined, [401, 200, 200, 200, 200]],
  ['see the figures', 'GET', async () => '/destinations/stats', undefined, [401, 200, 200, 200, 200]],
  ['create', 'POST', async () => '/destinations', aBody('made'), [401, 403, 403, 403, 200]],
  ['create from nothing', 'POST', async () => '/destinations', {}, [401, 400, 400, 400, 400]],
  ['change', 'PUT', on(), aBody('changed'), [401, 403, 403, 403, 200]],
  ['delete', 'DELETE', on(), undefined, [401, 403, 403, 403, 200]],
  ['test', 'POST', on('/test'), undefined, [401, 403, 403, 403, 200]],
  ['test what is not saved', 'POST', async () => '/destinations/test', { plugin: aBody('t').plugin }, [401, 403, 403, 403, 200]],
];

describe('who may do what with destinations', () => {
  it.each(rows)('%s', async (...row) => {
    expect(await statusesOf(gateway, tokens, row)).toEqual(row[4]);
  });
});
