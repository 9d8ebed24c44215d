import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { aGateway, userPassword, type Gateway } from './a-gateway.js';

jest.setTimeout(60_000);

/** Who asks, in the order of the columns below. */
const callers = ['none', 'plain', 'operator', 'readOnly', 'admin', 'key'] as const;
type Caller = (typeof callers)[number];

let gateway: Gateway;
const tokens = {} as Record<Caller, string | null>;
const made = { user: 0, role: 0, key: 0, number: 0 };

beforeAll(async () => {
  gateway = await aGateway();
  const { admin } = gateway;
  tokens.none = null;
  tokens.plain = (await gateway.aUser('plain')).token;
  tokens.operator = (await gateway.aUser('oper', ['operator'])).token;
  tokens.readOnly = (await gateway.aUser('reader', ['read-only'])).token;
  tokens.admin = admin;
  tokens.key = (await gateway.send('POST', '/keys', { token: admin, body: { name: 'ci', ttl: 1 } })).body.jwt;
  made.user = (await gateway.aUser('somebody')).id;
  made.role = (await gateway.send('POST', '/roles', { token: admin, body: { name: 'team', users: [{ id: made.user }] } })).body.id;
  await gateway.send('POST', `/users/${made.user}/keys`, { token: admin, body: { name: 'theirs', ttl: -1 } });
  made.key = (await gateway.send('GET', `/users/${made.user}/keys`, { token: admin })).body.items[0].id;
});
afterAll(() => gateway.stop());

const fresh = () => `fresh-${(made.number += 1)}`;
const aUserBody = () => {
  const name = fresh();
  return { username: name, email: `${name}@example.com`, password: userPassword, active: true };
};
const somebody = { username: 'somebody', email: 'somebody@example.com', active: true };
const keyChange = () => ({
  id: made.key,
  user: { id: made.user, username: 'somebody', email: 'somebody@example.com' },
  name: 'theirs',
  revoked: false,
  ttl: -1,
});
/** A role that nobody has, for the caller to delete. */
const aRole = async () => (await gateway.send('POST', '/roles', { token: gateway.admin, body: { name: fresh() } })).body.id as number;
/** A key of somebody, for the caller to delete. */
const aKey = async () => {
  await gateway.send('POST', `/users/${made.user}/keys`, { token: gateway.admin, body: { name: 'gone', ttl: -1 } });
  const { items } = (await gateway.send('GET', `/users/${made.user}/keys?sortBy=id&sortDir=desc`, { token: gateway.admin })).body;
  return items[0].id as number;
};

type Row = [title: string, method: string, path: () => string | Promise<string>, body: (() => unknown) | undefined, expected: number[]];

const rows: Row[] = [
  ['see oneself', 'GET', () => '/auth/me', undefined, [401, 200, 200, 200, 200, 200]],
  ['see the providers', 'GET', () => '/auth/providers', undefined, [200, 200, 200, 200, 200, 200]],
  ['ask for health', 'GET', () => '/healthcheck', undefined, [200, 200, 200, 200, 200, 200]],
  ['list users', 'GET', () => '/users', undefined, [401, 200, 200, 200, 200, 200]],
  ['see a user', 'GET', () => `/users/${made.user}`, undefined, [401, 200, 200, 200, 200, 200]],
  ['see the roles of a user', 'GET', () => `/users/${made.user}/roles`, undefined, [401, 200, 200, 200, 200, 200]],
  ['create a user', 'POST', () => '/users', aUserBody, [401, 403, 403, 403, 200, 200]],
  ['create a user from nothing', 'POST', () => '/users', () => ({}), [401, 400, 400, 400, 400, 400]],
  [
    'change a user',
    'PUT',
    () => `/users/${made.user}`,
    () => ({ ...somebody, roles: [{ id: made.role }] }),
    [401, 403, 403, 403, 200, 200],
  ],
  ['change a user into nothing', 'PUT', () => `/users/${made.user}`, () => ({}), [401, 400, 400, 400, 400, 400]],
  ['list the keys of another', 'GET', () => `/users/${made.user}/keys`, undefined, [401, 200, 200, 200, 200, 200]],
  ['create a key for another', 'POST', () => `/users/${made.user}/keys`, () => ({ name: 'k', ttl: 1 }), [401, 403, 403, 403, 200, 200]],
  ['create a key for another from nothing', 'POST', () => `/users/${made.user}/keys`, () => ({}), [401, 403, 403, 403, 400, 400]],
  ['see the key of another', 'GET', () => `/users/${made.user}/keys/${made.key}`, undefined, [401, 403, 403, 403, 200, 200]],
  ['change the key of another', 'PUT', () => `/users/${made.user}/keys/${made.key}`, keyChange, [401, 403, 403, 403, 200, 200]],
  [
    'delete the key of another',
    'DELETE',
    async () => `/users/${made.user}/keys/${await aKey()}`,
    undefined,
    [401, 403, 403, 403, 200, 200],
  ],
  ['list roles', 'GET', () => '/roles', undefined, [401, 200, 200, 200, 200, 200]],
  ['see the members of a role', 'GET', () => `/roles/${made.role}/users`, undefined, [401, 200, 200, 200, 200, 200]],
  ['create a role', 'POST', () => '/roles', () => ({ name: fresh() }), [401, 403, 403, 403, 200, 200]],
  ['create a role from nothing', 'POST', () => '/roles', () => ({}), [401, 400, 400, 400, 400, 400]],
  ['see a role of others', 'GET', () => `/roles/${made.role}`, undefined, [401, 403, 403, 403, 200, 200]],
  ['see a role that is not there', 'GET', () => '/roles/999999', undefined, [401, 403, 403, 403, 404, 404]],
  ['see the credentials of a role of others', 'GET', () => `/roles/${made.role}/credentials`, undefined, [401, 403, 403, 403, 200, 200]],
  [
    'change a role',
    'PUT',
    () => `/roles/${made.role}`,
    () => ({ name: 'team', users: [{ id: made.user }] }),
    [401, 403, 403, 403, 200, 200],
  ],
  ['change a role into nothing', 'PUT', () => `/roles/${made.role}`, () => ({}), [401, 403, 403, 403, 400, 400]],
  ['delete a role', 'DELETE', async () => `/roles/${await aRole()}`, undefined, [401, 403, 403, 403, 200, 200]],
  ['list keys', 'GET', () => '/keys', undefined, [401, 200, 200, 200, 200, 200]],
  ['create an own key', 'POST', () => '/keys', () => ({ name: 'own', ttl: 1 }), [401, 200, 200, 200, 200, 200]],
  ['create an own key from nothing', 'POST', () => '/keys', () => ({}), [401, 400, 400, 400, 400, 400]],
  [
    'create a key in the name of another',
    'POST',
    () => '/keys',
    () => ({ name: 'k', ttl: 1, user: keyChange().user }),
    [401, 403, 403, 403, 200, 200],
  ],
  ['see a key of another by its id', 'GET', () => `/keys/${made.key}`, undefined, [401, 403, 403, 403, 200, 200]],
  ['have a key of another described', 'GET', () => `/keys/${made.key}/described`, undefined, [401, 403, 403, 403, 200, 200]],
  ['change a key of another by its id', 'PUT', () => `/keys/${made.key}`, keyChange, [401, 403, 403, 403, 200, 200]],
  ['delete a key of another by its id', 'DELETE', async () => `/keys/${await aKey()}`, undefined, [401, 403, 403, 403, 200, 200]],
  ['read the audit log', 'GET', () => '/audit', undefined, [401, 403, 403, 403, 200, 200]],
  ['list tasks', 'GET', () => '/tasks', undefined, [401, 403, 403, 403, 200, 200]],
  ['run a task', 'POST', () => '/tasks/gateway.prune-logins/run', undefined, [401, 403, 403, 403, 200, 200]],
  ['see the services', 'GET', () => '/status', undefined, [401, 403, 403, 403, 200, 200]],
  ['do what is not there', 'DELETE', () => '/users', undefined, [405, 405, 405, 405, 405, 405]],
  ['delete a user', 'DELETE', () => `/users/${made.user}`, undefined, [405, 405, 405, 405, 405, 405]],
];

describe('permissions', () => {
  it.each(rows)('%s', async (_title, method, path, body, expected) => {
    const statuses: number[] = [];
    for (const caller of callers) {
      const answer = await gateway.send(method, await path(), { token: tokens[caller], ...(body && { body: body() }) });
      statuses.push(answer.status);
    }
    expect(Object.fromEntries(callers.map((caller, index) => [caller, statuses[index]]))).toEqual(
      Object.fromEntries(callers.map((caller, index) => [caller, expected[index]])),
    );
  });

  it('shows the keys of another to administrators, and an empty list to everybody else', async () => {
    expect((await gateway.send('GET', `/users/${made.user}/keys`, { token: tokens.plain })).body).toMatchObject({ items: [], total: 0 });
    expect((await gateway.send('GET', `/users/${made.user}/keys`, { token: tokens.admin })).body.total).toBeGreaterThan(0);
  });

  it('says 403 with a message where a token lacks a role', async () => {
    const { body } = await gateway.send('POST', '/roles', { token: tokens.plain, body: { name: 'x' } });
    expect(body.message).toContain('admin');
  });
});
