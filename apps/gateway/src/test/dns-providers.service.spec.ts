import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { aGateway, type Gateway } from './a-gateway.js';
import { acmeStandIn, dnsWorld } from './acme-stand-in.js';
import { someCallers, statusesOf, type PermissionRow, type Tokens } from './callers.js';

jest.setTimeout(60_000);

let gateway: Gateway;
let tokens: Tokens;

beforeAll(async () => {
  gateway = await aGateway({ services: [acmeStandIn] });
  tokens = await someCallers(gateway);
});
afterAll(() => gateway.stop());

const asAdmin = (method: string, path: string, body?: unknown) => gateway.send(method, path, { token: gateway.admin, body });
const aBody = (name: string) => ({ name, description: 'main', providerType: { name: 'route53', requirements: [{ name: 'account_id', type: 'int', required: true, value: '123456789012' }] } });
let made = 0;
const aProvider = async () => (await asAdmin('POST', '/dns_providers', aBody(`p-${(made += 1)}`))).body as number;

describe('DNS providers over REST', () => {
  it('answer the creation with the bare id, and take the body as Lemur sends it', async () => {
    const { status, text, body } = await asAdmin('POST', '/dns_providers', { ...aBody('r53-main'), provider_type: undefined });
    expect(status).toBe(200);
    expect(text).toBe(String(body));
    expect(body).toEqual(expect.any(Number));
    expect(dnsWorld.inputs.at(-1)).toEqual({ name: 'r53-main', description: 'main', type: 'route53', options: [{ name: 'account_id', value: '123456789012' }], nameservers: [] });
    const { name, description, providerType } = aBody('snake');
    expect((await asAdmin('POST', '/dns_providers', { name, description, provider_type: providerType })).status).toBe(200);
  });

  it.each([
    ['without a type', { name: 'x', description: 'y' }, { providerType: 'is required' }],
    ['with null as type', { ...aBody('x'), providerType: null }, { providerType: expect.any(String) }],
    ['without a name', { ...aBody('x'), name: undefined }, { name: 'is required' }],
    ['with an empty name', aBody(''), { name: 'must not be empty' }],
    ['with a type that is text', { ...aBody('x'), providerType: 'route53' }, { providerType: expect.any(String) }],
    ['with requirements that are none', { ...aBody('x'), providerType: { name: 'route53', requirements: [{ value: 1 }] } }, { providerType: { requirements: { 0: { name: 'is required' } } } }],
    ['with name servers that are none', { ...aBody('x'), nameservers: ['ns1.example.test'] }, { nameservers: { 0: expect.stringContaining('must be an IP address') } }],
  ])('are refused %s', async (_title, body, reasons) => {
    const answer = await asAdmin('POST', '/dns_providers', body);
    expect(answer).toMatchObject({ status: 400, body: { message: 'Validation Error.', reasons } });
  });

  it('are listed and shown with Lemur’s keys and more, and without credentials', async () => {
    const id = await aProvider();
    const list = await asAdmin('GET', '/dns_providers?count=50');
    expect(list.body.total).toBe(list.body.items.length);
    expect(list.body.items.find((item: { id: number }) => item.id === id)).toEqual({
      id,
      name: `p-${made}`,
      providerType: 'route53',
      description: 'main',
      apiEndpoint: null,
      dateCreated: '2026-11-01T10:00:00+00:00',
      zoneCount: 1,
      zonesRefreshedAt: '2026-11-01T10:00:00+00:00',
      lastError: null,
      openRecords: 0,
    });
    const one = await asAdmin('GET', `/dns_providers/${id}`);
    expect(one.body).toMatchObject({ id, providerType: 'route53', zones: ['example.test'], options: [{ name: 'account_id', value: null }], nameservers: [] });
    expect((await asAdmin('GET', '/dns_providers/999999')).status).toBe(404);
  });

  it('pass the parameters of the list on', async () => {
    await asAdmin('GET', '/dns_providers?name=p-1&type=route53&filter=name;p&sortBy=name&sortDir=desc&page=2&count=5');
    expect(dnsWorld.inputs.at(-1)).toMatchObject({ name: 'p-1', type: 'route53', filter: 'name;p', window: { sortBy: 'name', sortDir: 'desc', offset: 5, limit: 5 } });
    await asAdmin('GET', '/dns_providers?dns_provider_id=3');
    expect(dnsWorld.inputs.at(-1)).toMatchObject({ ids: [3] });
  });

  it('are deleted with the answer that Lemur gives, also when there is none', async () => {
    const id = await aProvider();
    expect(await asAdmin('DELETE', `/dns_providers/${id}`)).toMatchObject({ status: 200, body: { result: true } });
    expect(await asAdmin('DELETE', `/dns_providers/${id}?force=true`)).toMatchObject({ status: 200, body: { result: true } });
    expect(dnsWorld.inputs.at(-1)).toEqual({ id, isForced: true });
  });

  it('are changed; without a type their options stay', async () => {
    const id = await aProvider();
    expect((await asAdmin('PUT', `/dns_providers/${id}`, { name: 'n', nameservers: ['192.0.2.53:5353', '[2001:db8::53]:53'] })).status).toBe(200);
    expect(dnsWorld.inputs.at(-1)).toEqual({ id, name: 'n', description: '', type: null, options: null, nameservers: ['192.0.2.53:5353', '[2001:db8::53]:53'] });
    expect((await asAdmin('PUT', '/dns_providers/999999', { name: 'n' })).status).toBe(404);
  });

  it('are tested before and after they are saved, and refreshed', async () => {
    const id = await aProvider();
    const { providerType } = aBody('x');
    expect(await asAdmin('POST', '/dns_providers/test', { providerType, name: 'a.example.test' })).toMatchObject({ status: 200, body: { isWorking: true, steps: [{ name: 'connection' }] } });
    expect(dnsWorld.inputs.at(-1)).toMatchObject({ type: 'route53', probe: 'a.example.test' });
    expect((await asAdmin('POST', `/dns_providers/${id}/test`, {})).status).toBe(200);
    expect(dnsWorld.inputs.at(-1)).toEqual({ id, probe: null });
    expect(await asAdmin('POST', `/dns_providers/${id}/refresh`)).toMatchObject({ status: 200, body: { id } });
  });

  it('have types, each with what it needs to know', async () => {
    expect(await asAdmin('GET', '/dns_provider_options')).toMatchObject({
      status: 200,
      body: { items: [{ name: 'route53', requirements: [{ name: 'account_id', type: 'int', required: true, helpMessage: 'AWS Account number' }] }, { name: 'other' }], total: 2 },
    });
    const { items } = (await asAdmin('GET', '/dns_provider_options')).body;
    expect(items[1]).not.toHaveProperty('requirements');
  });
});

const on = (suffix = '') => async () => `/dns_providers/${await aProvider()}${suffix}`;
const rows: PermissionRow[] = [
  ['list', 'GET', async () => '/dns_providers', undefined, [401, 200, 200, 200, 200]],
  ['see', 'GET', on(), undefined, [401, 200, 200, 200, 200]],
  ['see the types', 'GET', async () => '/dns_provider_options', undefined, [401, 200, 200, 200, 200]],
  ['create', 'POST', async () => '/dns_providers', aBody('made'), [401, 403, 403, 403, 200]],
  ['create from nothing', 'POST', async () => '/dns_providers', {}, [401, 400, 400, 400, 400]],
  ['change', 'PUT', on(), aBody('changed'), [401, 403, 403, 403, 200]],
  ['delete', 'DELETE', on(), undefined, [401, 403, 403, 403, 200]],
  ['test', 'POST', on('/test'), {}, [401, 403, 403, 403, 200]],
  ['test what is not saved', 'POST', async () => '/dns_providers/test', aBody('t'), [401, 403, 403, 403, 200]],
  ['refresh', 'POST', on('/refresh'), undefined, [401, 403, 403, 403, 200]],
];

describe('who may do what with DNS providers', () => {
  it.each(rows)('%s', async (...row) => {
    expect(await statusesOf(gateway, tokens, row)).toEqual(row[4]);
  });
});
