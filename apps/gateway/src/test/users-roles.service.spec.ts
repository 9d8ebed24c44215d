import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { aGateway, userPassword, type Gateway } from './a-gateway.js';
import { world } from './stand-ins.js';

jest.setTimeout(60_000);

let gateway: Gateway;
beforeAll(async () => void (gateway = await aGateway()));
afterAll(() => gateway.stop());

const admin = (method: string, path: string, body?: unknown) =>
  gateway.send(method, path, { token: gateway.admin, ...(body !== undefined && { body }) });
const aUser = (name: string, more: Record<string, unknown> = {}) => ({
  username: name,
  email: `${name}@example.com`,
  password: userPassword,
  active: true,
  ...more,
});

describe('users', () => {
  it('are created with roles by id and by name, and never show a password', async () => {
    const role = (await admin('POST', '/roles', { name: 'builders' })).body;
    const { status, body } = await admin('POST', '/users', aUser('rivera', { email: 'Rivera@Example.com', roles: [{ id: role.id }] }));
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.any(Number),
      username: 'rivera',
      email: 'Rivera@Example.com',
      active: true,
      profilePicture: null,
      roles: [{ id: role.id, name: 'builders' }],
    });
    expect((await admin('POST', '/users', aUser('diaz', { roles: [{ name: 'builders' }] }))).body.roles).toEqual([
      { id: role.id, name: 'builders' },
    ]);
    expect((await admin('GET', `/users/${body.id}`)).body).toEqual(body);
  });

  it.each([
    ['a weak password', { password: 'ABCDabcd1234' }, 'password'],
    ['no password', { password: undefined }, 'password'],
    ['no state', { active: undefined }, 'active'],
    ['a state that is none', { active: 'yes' }, 'active'],
    ['no username', { username: undefined }, 'username'],
    ['an address without @', { email: 'nobody' }, 'email'],
    ['null as role', { roles: null }, 'roles'],
    ['an unknown role', { roles: [{ id: 999_999 }] }, 'roles'],
    ['an unknown role name', { roles: [{ name: 'nowhere' }] }, 'roles'],
  ])('are refused with %s, naming the field', async (_what, change, field) => {
    const { status, body } = await admin('POST', '/users', { ...aUser('never'), ...change });
    expect(status).toBe(400);
    expect(body.message).toBe('Validation Error.');
    expect(Object.keys(body.reasons)).toEqual([field]);
  });

  it('are refused with 409 when the username or the address is taken, whatever its capitals', async () => {
    await admin('POST', '/users', aUser('twice'));
    const sameName = await admin('POST', '/users', aUser('twice', { email: 'other@example.com' }));
    expect([sameName.status, sameName.body.message]).toEqual([409, expect.stringContaining('username "twice"')]);
    const sameAddress = await admin('POST', '/users', aUser('twice2', { email: 'TWICE@example.com' }));
    expect([sameAddress.status, sameAddress.body.message]).toEqual([409, expect.stringContaining('email "TWICE@example.com"')]);
  });

  it('lose the roles that a change does not name, and keep the password', async () => {
    const { id } = (await admin('POST', '/users', aUser('changing', { roles: [{ name: 'operator' }] }))).body;
    const { status, body } = await admin('PUT', `/users/${id}`, { username: 'changed', email: 'changed@example.com', active: true });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, username: 'changed', email: 'changed@example.com', roles: [] });
    await expect(gateway.login('changed', userPassword)).resolves.toEqual(expect.any(String));
  });

  it('get a new password, strong or not: the rule is for new users (US-2)', async () => {
    const { id } = (await admin('POST', '/users', aUser('secretive'))).body;
    const change = { username: 'secretive', email: 'secretive@example.com', active: true };
    expect((await admin('PUT', `/users/${id}`, { ...change, password: 'short' })).status).toBe(200);
    await expect(gateway.login('secretive', 'short')).resolves.toEqual(expect.any(String));
  });

  it('need their state in a change; unknown ones are 404', async () => {
    const { id } = (await admin('POST', '/users', aUser('stateless'))).body;
    expect((await admin('PUT', `/users/${id}`, { username: 'stateless', email: 'stateless@example.com' })).body.reasons).toHaveProperty(
      'active',
    );
    expect((await admin('PUT', '/users/999999', { username: 'x', email: 'x@example.com', active: true })).status).toBe(404);
    expect((await admin('GET', '/users/999999')).status).toBe(404);
    expect((await admin('GET', '/users/99999999999999')).status).toBe(404);
    expect((await admin('GET', '/users/abc')).status).toBe(404);
  });

  it('always leave one active administrator', async () => {
    const { id } = (await admin('GET', '/auth/me')).body;
    const inactive = await admin('PUT', `/users/${id}`, {
      username: 'admin',
      email: 'admin@sifaka.internal',
      active: false,
      roles: [{ name: 'admin' }],
    });
    expect([inactive.status, inactive.body.reason]).toEqual([409, 'user.last_administrator']);
    expect((await admin('PUT', `/users/${id}`, { username: 'admin', email: 'admin@sifaka.internal', active: true })).status).toBe(409);
    const role = (await admin('GET', '/roles?filter=name;admin')).body.items[0];
    expect((await admin('PUT', `/roles/${role.id}`, { name: 'admin', users: [] })).status).toBe(409);
    expect((await admin('GET', '/auth/me')).body.roles).toHaveLength(1);
  });

  it('are read in pages, by number and by cursor, sorted and filtered', async () => {
    for (const name of ['page-c', 'page-a', 'page-b']) await admin('POST', '/users', aUser(name));
    const filter = 'filter=username;PAGE-&sortBy=username&sortDir=asc';
    const whole = (await admin('GET', `/users?${filter}`)).body;
    expect(whole.items.map((user: { username: string }) => user.username)).toEqual(['page-a', 'page-b', 'page-c']);
    const second = (await admin('GET', `/users?${filter}&count=2&page=2`)).body;
    expect([second.total, second.items.map((user: { username: string }) => user.username)]).toEqual([3, ['page-c']]);
    const first = (await admin('GET', `/users?${filter}&count=2`)).body;
    const rest = (await admin('GET', `/users?filter=username;page-&count=2&cursor=${first.nextCursor}`)).body;
    expect([rest.items.map((user: { username: string }) => user.username), rest.nextCursor]).toEqual([['page-c'], null]);
    expect((await admin('GET', '/users?count=1&page=1000')).body).toMatchObject({ items: [] });
    expect((await admin('GET', '/users?filter=active;yes')).body.items.every((user: { active: boolean }) => user.active)).toBe(true);
    expect((await admin('GET', `/users?id=${whole.items[0].id},${whole.items[2].id}`)).body.total).toBe(2);
  });

  it.each([
    ['sortBy=password&sortDir=asc', "'password' is not sortable or filterable"],
    ['filter=password;x', "'password' is not sortable or filterable"],
    ['filter=nothing;x', "'nothing' is not sortable or filterable"],
    ['filter=constructor;x', "'constructor' is not sortable or filterable"],
    ['filter=username', 'must look like field;value'],
    ['filter=id;x', 'is no integer'],
    ['cursor=AAAA', 'Validation Error.'],
    ['count=-1', 'Validation Error.'],
    ['page=0', 'Validation Error.'],
    ['count=abc', 'Validation Error.'],
  ])('answers 400 to ?%s', async (query, message) => {
    const { status, body } = await admin('GET', `/users?${query}`);
    expect([status, body.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it.each([`'; drop table app_user; --`, '%', '_', '\\', '😀', '" or 1=1'])('takes %s in a filter for what it is', async (text) => {
    expect(await admin('GET', `/users?filter=username;${encodeURIComponent(text)}`)).toMatchObject({
      status: 200,
      body: { items: [], total: 0 },
    });
  });
});

describe('roles', () => {
  it('keep their password in the key vault and show it to members only, with every sight audited', async () => {
    const { id: userId, token } = await gateway.aUser('keeper');
    const created = await admin('POST', '/roles', {
      name: 'vpn',
      description: 'VPN account',
      username: 'vpn-user',
      password: 's3cret-pw',
      users: [{ id: userId }],
    });
    expect(created.status).toBe(200);
    expect(created.body).toEqual({
      id: expect.any(Number),
      name: 'vpn',
      description: 'VPN account',
      thirdParty: false,
      authorities: [],
      users: [{ id: userId, username: 'keeper', email: 'keeper@example.com', active: true }],
    });
    const { status, body, headers } = await gateway.send('GET', `/roles/${created.body.id}/credentials`, { token });
    expect([status, body]).toEqual([200, { username: 'vpn-user', password: 's3cret-pw' }]);
    expect(headers.get('cache-control')).toBe('private, max-age=0, no-cache, no-store');
    expect(headers.get('pragma')).toBe('no-cache');
    const seen = (await admin('GET', `/audit?action=role.credentials_viewed&objectId=${created.body.id}`)).body;
    expect(seen.items).toMatchObject([
      { actor: { name: 'keeper@example.com', sourceIp: '127.0.0.1' }, object: { type: 'role', name: 'vpn' } },
    ]);
    const [row] = await gateway.platform
      .database('gateway')
      .query<{ text: string }>('select row_to_json(role)::text as text from role where name = $1', ['vpn']);
    expect(row?.text).not.toContain('s3cret-pw');
  });

  it('read an empty password back as null', async () => {
    const { id } = (await admin('POST', '/roles', { name: 'no-password', password: '' })).body;
    expect((await admin('GET', `/roles/${id}/credentials`)).body).toEqual({ username: null, password: null });
    expect((await admin('GET', '/roles/999999/credentials')).status).toBe(404);
  });

  it('leave no secret behind when they cannot be created', async () => {
    await admin('POST', '/roles', { name: 'taken' });
    const before = world.secrets.size;
    const { status, body } = await admin('POST', '/roles', { name: 'taken', password: 'x' });
    expect([status, body.message]).toEqual([409, expect.stringContaining('"taken"')]);
    expect(world.secrets.size).toBe(before);
  });

  it.each(['creator', 'Creator', ' creator '])('cannot be called "%s"', async (name) => {
    expect((await admin('POST', '/roles', { name })).status).toBe(400);
  });

  it('are changed as a whole: what is not given is gone', async () => {
    const { id: userId } = await gateway.aUser('member');
    const { id } = (await admin('POST', '/roles', { name: 'before', description: 'x', users: [{ username: 'member' }] })).body;
    expect((await admin('PUT', `/roles/${id}`, { name: 'after' })).body.reasons).toHaveProperty('users');
    const { body } = await admin('PUT', `/roles/${id}`, { name: 'after', users: [{ id: userId }] });
    expect(body).toMatchObject({ id, name: 'after', description: null, users: [{ id: userId }] });
    expect((await admin('PUT', '/roles/999999', { name: 'x', users: [] })).status).toBe(404);
    expect((await admin('PUT', `/roles/${id}`, { name: 'admin', users: [] })).status).toBe(409);
    expect((await admin('PUT', `/roles/${id}`, { name: 'after', users: [{ id: 999_999 }] })).status).toBe(400);
  });

  it('list all their members, or answer 404', async () => {
    const { id } = (await admin('POST', '/roles', { name: 'lonely' })).body;
    expect((await admin('GET', `/roles/${id}/users`)).status).toBe(404);
    expect((await admin('GET', '/roles/999999/users')).status).toBe(404);
    const { id: userId } = await gateway.aUser('company');
    await admin('PUT', `/roles/${id}`, { name: 'lonely', users: [{ id: userId }] });
    expect((await admin('GET', `/roles/${id}/users`)).body).toEqual({
      items: [{ id: userId, username: 'company', email: 'company@example.com', active: true }],
      total: 1,
    });
    expect((await admin('GET', `/users/${userId}/roles`)).body).toMatchObject({ total: 1, items: [{ id, name: 'lonely' }] });
  });

  it('are deleted when nobody and nothing has them', async () => {
    const { id: userId } = await gateway.aUser('holder');
    const { id } = (await admin('POST', '/roles', { name: 'held', password: 'x', users: [{ id: userId }] })).body;
    expect((await admin('DELETE', `/roles/${id}`)).status).toBe(409);
    await admin('PUT', `/roles/${id}`, { name: 'held', users: [] });
    world.roleUses.set(id, { certificates: 3, authorities: 0 });
    const used = await admin('DELETE', `/roles/${id}`);
    expect([used.status, used.body.message]).toEqual([409, expect.stringContaining('3 certificates')]);
    world.roleUses.delete(id);
    const secrets = world.secrets.size;
    expect(await admin('DELETE', `/roles/${id}`)).toMatchObject({ status: 200, body: { message: 'ok' } });
    expect(world.secrets.size).toBe(secrets - 1);
    expect((await admin('DELETE', `/roles/${id}`)).status).toBe(404);
    expect((await admin('GET', `/roles/${id}`)).status).toBe(404);
  });

  it('that are built in stay', async () => {
    for (const name of ['admin', 'operator', 'global_cert_issuer', 'read-only']) {
      const { items } = (await admin('GET', `/roles?filter=name;${name}`)).body;
      expect((await admin('DELETE', `/roles/${items[0].id}`)).status).toBe(409);
    }
  });

  it('carry the caller to the services behind', async () => {
    await admin('GET', '/roles');
    expect(world.callers.at(-1)?.principal).toMatchObject({ kind: 'user', username: 'admin', sourceIp: '127.0.0.1' });
  });
});
