import { describe, expect, it } from '@jest/globals';
import { createAuthority, expectOk } from '../harness/index.js';
import { createRole, createUser, issue, keysOf, password, signedUp, sorted, unique, useWorld } from './world.js';

const world = useWorld();
const userKeys = sorted('id username email active profilePicture roles');
const nestedUserKeys = sorted('id username email active');

describe('users', () => {
  const input = (more: object = {}) => {
    const username = unique('user');
    return { username, email: `${username}@corp.test`, password, active: true, roles: [], ...more };
  };

  it('are shown with exactly their keys, and never with their password', async () => {
    const made = await createUser(world().admin, { roles: [{ name: 'operator' }] });
    expect(keysOf(made)).toEqual(userKeys);
    expect(made).toMatchObject({ active: true, profilePicture: null, roles: [{ id: 2, name: 'operator' }] });
    expect(keysOf(made.roles[0])).toEqual(['id', 'name']);
    const listed = expectOk(await world().plain.get(`/users?id=${made.id}`));
    expect(listed.items).toEqual([made]);
    expect(expectOk(await world().plain.get(`/users/${made.id}`))).toEqual(made);
    expect(JSON.stringify(listed)).not.toMatch(/password|argon|\$2b/);
  });

  it('show themselves at /auth/me', async () => {
    expect(keysOf(expectOk(await world().plain.get('/auth/me')))).toEqual(userKeys);
  });

  it.each([
    ['missing username', { username: undefined }, 'username'],
    ['missing email', { email: undefined }, 'email'],
    ['missing password', { password: undefined }, 'password'],
    ['missing active', { active: undefined }, 'active'],
    ['email without @', { email: 'word' }, 'email'],
    ['username as number', { username: 5 }, 'username'],
    ['null as password', { password: null }, 'password'],
    ['role that does not exist', { roles: [{ id: 99_999 }] }, 'roles'],
    ['role name that does not exist', { roles: [{ name: 'none such' }] }, 'roles'],
    ['role without id and name', { roles: [{}] }, 'roles'],
  ])('are refused with a %s', async (_title, more, field) => {
    const answer = await world().admin.post('/users', input(more));
    expect(answer.status).toBe(400);
    expect(answer.body.message).toBe('Validation Error.');
    expect(Object.keys(answer.body.reasons)).toEqual([field]);
  });

  it.each(['ABCD1234!#]', 'abcd1234@#]', '!@#]Abcdefg', 'ABCDabcd1234', 'Ab1!@#]', 'Abcdefg12345$%^&', '', '            '])('are refused with the weak password "%s"', async (weak) => {
    expect((await world().admin.post('/users', input({ password: weak }))).status).toBe(400);
  });
  it.each(['ABcdefg123456@#]', 'Abcdefg12345?', 'Zz0]zzzzzzzz'])('may have the password "%s"', async (strong) => {
    const user = input({ password: strong });
    expectOk(await world().admin.post('/users', user));
    await world().anonymous.login(user.username, strong);
    await world().anonymous.login(user.email, strong);
  });

  it('keep their password on an update without one, and get any password with one', async () => {
    const made = await createUser(world().admin);
    const put = (more: object) => world().admin.put(`/users/${made.id}`, { username: made.username, email: made.email, active: true, roles: [], ...more });
    expectOk(await put({}));
    await world().anonymous.login(made.username, password);
    expectOk(await put({ password: '' }));
    await world().anonymous.login(made.username, password);
    expectOk(await put({ password: 'weak' }));
    await world().anonymous.login(made.username, 'weak');
    await expect(world().anonymous.login(made.username, password)).rejects.toThrow('403');
    // Lemur stored what looked like a hash as it is.
    const hash = '$2b$12$LQv3c1yqBWVHxkd0LHAkCOYz6TtxMQJqhN8/LewdBPj/RK.s5uO9.';
    expectOk(await put({ password: hash }));
    await world().anonymous.login(made.username, hash);
  });

  it('lose all roles on an update without roles', async () => {
    const made = await createUser(world().admin, { roles: [{ name: 'operator' }, { name: 'read-only' }] });
    const updated = expectOk(await world().admin.put(`/users/${made.id}`, { username: made.username, email: made.email, active: true }));
    expect(updated).toEqual({ ...made, roles: [] });
  });

  it.each([
    ['active', { active: undefined }],
    ['username', { username: undefined }],
    ['email', { email: 'word' }],
    ['roles', { roles: 'text' }],
  ])('are not updated with a bad %s', async (field, more) => {
    const made = await createUser(world().admin);
    const answer = await world().admin.put(`/users/${made.id}`, { username: made.username, email: made.email, active: true, roles: [], ...more });
    expect({ status: answer.status, fields: Object.keys(answer.body.reasons ?? {}) }).toEqual({ status: 400, fields: [field] });
  });

  it('have names and addresses of their own', async () => {
    const made = await createUser(world().admin);
    for (const twin of [{ username: made.username }, { email: made.email }]) {
      const answer = await world().admin.post('/users', input(twin));
      expect(answer.status).toBe(409);
      expect(answer.body.message).not.toMatch(/constraint|app_user|key value|pg_/i);
    }
    const other = await createUser(world().admin);
    expect((await world().admin.put(`/users/${other.id}`, { username: made.username, email: other.email, active: true, roles: [] })).status).toBe(409);
  });

  it('are not found under an unknown id', async () => {
    expect((await world().admin.get('/users/99999')).status).toBe(404);
    expect((await world().admin.put('/users/99999', input())).status).toBe(404);
    expect((await world().admin.delete('/users/1')).status).toBe(405);
  });

  it('are not told apart by a failed login', async () => {
    const inactive = await createUser(world().admin, { active: false });
    const answers = await Promise.all([
      world().anonymous.post('/auth/login', { username: 'admin', password: 'wrong' }),
      world().anonymous.post('/auth/login', { username: 'nobody at all', password }),
      world().anonymous.post('/auth/login', { username: inactive.username, password }),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
    expect(new Set(answers.map(({ body }) => body.message)).size).toBe(1);
  });

  it.each([[{}], [{ username: 'admin' }], [{ password: 'x' }], [{ username: 5, password: 'x' }], [{ username: ['admin'], password: { $ne: 1 } }]])('do not log in with %j', async (body) => {
    expect((await world().anonymous.post('/auth/login', body)).status).toBe(400);
  });
  it('log in with JSON alone', async () => {
    expect((await world().anonymous.api('POST', '/auth/login', 'username=a&password=b', null, { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
  });

  it('lose access in the moment in which they are deactivated', async () => {
    const name = unique('leaver');
    const client = await signedUp(world().admin, name, []);
    const me = expectOk(await client.get('/auth/me'));
    expectOk(await world().admin.put(`/users/${me.id}`, { username: name, email: me.email, active: false, roles: [] }));
    expect((await client.get('/auth/me')).status).toBe(403);
    expectOk(await world().admin.put(`/users/${me.id}`, { username: name, email: me.email, active: true, roles: [] }));
    expect((await client.get('/auth/me')).status).toBe(200);
  });

  it('have their roles as a list of roles', async () => {
    const made = await createUser(world().admin, { roles: [{ name: 'operator' }] });
    const roles = expectOk(await world().plain.get(`/users/${made.id}/roles`));
    expect(roles.total).toBe(1);
    expect(keysOf(roles.items[0])).toEqual(sorted('id name description thirdParty authorities users'));
    const certificate = await issue(world());
    expect(expectOk(await world().plain.get(`/certificates/${certificate.id}/creator`))).toMatchObject({ id: 1, username: 'admin' });
    expect((await world().plain.get('/certificates/99999/creator')).status).toBe(404);
  });
});

describe('roles', () => {
  it('are shown with exactly their keys', async () => {
    const user = await createUser(world().admin);
    const made = await createRole(world().admin, { users: [{ id: user.id }], username: 'shared', password: 'hidden' });
    expect(keysOf(made)).toEqual(sorted('id name description thirdParty authorities users'));
    expect(made).toMatchObject({ thirdParty: false, authorities: [], description: 'made by a test' });
    expect(made.users.map(keysOf)).toEqual([nestedUserKeys]);
    expect(expectOk(await world().plain.get(`/roles?id=${made.id}`)).items).toEqual([made]);
  });

  it('show the authorities that they are attached to', async () => {
    const role = await createRole(world().admin);
    const authority = await createAuthority(world().admin, { roles: [{ id: role.id }] });
    const shown = expectOk(await world().admin.get(`/roles/${role.id}`));
    expect(shown.authorities.map((a: { id: number }) => a.id)).toEqual([authority.id]);
    expect(keysOf(shown.authorities[0])).toEqual(sorted('id name owner description active plugin isCabCompliant isCnOptional maxIssuanceDays defaultValidityDays authorityCertificate'));
    expect(keysOf(shown.authorities[0].authorityCertificate)).toEqual(['notAfter', 'notBefore']);
  });

  it('are open to their members and administrators alone', async () => {
    const client = await signedUp(world().admin, unique('member'), []);
    const me = expectOk(await client.get('/auth/me'));
    const role = await createRole(world().admin, { users: [{ id: me.id }], username: 'shared', password: 'hidden' });
    expect((await client.get(`/roles/${role.id}`)).status).toBe(200);
    expect((await world().plain.get(`/roles/${role.id}`)).status).toBe(403);
    expect((await world().plain.get('/roles/99999')).status).toBe(403);
    expect((await world().admin.get('/roles/99999')).status).toBe(404);
    expect(expectOk(await client.get(`/roles/${role.id}/credentials`))).toEqual({ username: 'shared', password: 'hidden' });
    expect((await world().plain.get(`/roles/${role.id}/credentials`)).status).toBe(403);
    expect((await world().admin.get('/roles/99999/credentials')).status).toBe(404);
    expect(expectOk(await world().plain.get(`/roles/${role.id}/users`))).toMatchObject({ total: 1, items: [{ id: me.id }] });
    expect((await world().plain.get('/roles/99999/users')).status).toBe(404);
    expect((await world().plain.get(`/roles/${(await createRole(world().admin)).id}/users`)).status).toBe(404);
  });

  it('read an empty password back as null', async () => {
    const role = await createRole(world().admin, { username: 'shared', password: '' });
    expect(expectOk(await world().admin.get(`/roles/${role.id}/credentials`))).toEqual({ username: 'shared', password: null });
  });

  it('are updated in name, description and members; credentials stay', async () => {
    const user = await createUser(world().admin);
    const role = await createRole(world().admin, { username: 'shared', password: 'hidden' });
    const name = unique('renamed');
    const put = await world().admin.put(`/roles/${role.id}`, { name, users: [{ id: user.id }], username: 'other', password: 'other' });
    expect(expectOk(put)).toMatchObject({ id: role.id, name, description: null, users: [{ id: user.id }] });
    expect(expectOk(await world().admin.get(`/roles/${role.id}/credentials`))).toEqual({ username: 'shared', password: 'hidden' });
    expect((await world().admin.put(`/roles/${role.id}`, { name })).status).toBe(400);
    expect((await world().admin.put(`/roles/${role.id}`, { users: [] })).status).toBe(400);
    expect((await world().admin.put('/roles/99999', { name: unique('x'), users: [] })).status).toBe(404);
  });

  it('are refused twice, without a name, with unknown members', async () => {
    const role = await createRole(world().admin);
    expect((await world().admin.post('/roles', { name: role.name })).status).toBe(409);
    expect((await world().admin.post('/roles', {})).status).toBe(400);
    expect((await world().admin.post('/roles', { name: 5 })).status).toBe(400);
    expect((await world().admin.post('/roles', { name: unique('x'), users: [{ id: 99_999 }] })).status).toBe(400);
  });

  it('are deleted, unless something is tied to them', async () => {
    const free = await createRole(world().admin);
    expect(expectOk(await world().admin.delete(`/roles/${free.id}`))).toEqual({ message: 'ok' });
    expect((await world().admin.delete(`/roles/${free.id}`)).status).toBe(404);
    const tied = await createRole(world().admin);
    await createUser(world().admin, { roles: [{ id: tied.id }] });
    const ofCertificate = await createRole(world().admin);
    await issue(world(), { roles: [{ id: ofCertificate.id }] });
    for (const role of [tied, ofCertificate]) {
      const answer = await world().admin.delete(`/roles/${role.id}`);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect((await world().admin.get(`/roles/${role.id}`)).status).toBe(200);
    }
  });

  it('that the outer guard refuses are refused with error and message', async () => {
    for (const answer of [await world().plain.put('/roles/1', {}), await world().plain.delete('/roles/1')]) {
      expect({ status: answer.status, error: typeof answer.body.error, message: typeof answer.body.message }).toEqual({ status: 403, error: 'string', message: 'string' });
    }
  });
});

describe('API keys', () => {
  const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const make = async (client = world().plain, input: object = {}) => {
    const { jwt } = expectOk(await client.post('/keys', { name: unique('key'), ttl: 30, ...input }));
    return { jwt, id: claims(jwt).aid };
  };

  it('answer with a token alone, and are described with exactly their keys', async () => {
    const answer = await world().plain.post('/keys', { name: 'ci-deploy', ttl: 30 });
    expect(keysOf(expectOk(answer))).toEqual(['jwt']);
    const { aid, sub, iat, exp } = claims(answer.body.jwt);
    expect(sub).toEqual(expect.stringMatching(/^\d+$/));
    expect(exp - iat).toBe(30 * 86_400);
    const described = expectOk(await world().plain.get(`/keys/${aid}/described`));
    expect(keysOf(described)).toEqual(sorted('id name ttl issuedAt revoked user'));
    expect(keysOf(described.user)).toEqual(nestedUserKeys);
    expect(described).toMatchObject({ id: aid, name: 'ci-deploy', ttl: 30, revoked: false });
    expect(described.issuedAt).toBeGreaterThan(1_700_000_000);
    expect(expectOk(await world().plain.get('/auth/me')).id).toBe(expectOk(await world().plain.as(answer.body.jwt).get('/auth/me')).id);
  });

  it('without end have no exp', async () => {
    expect(claims((await make(world().plain, { ttl: -1 })).jwt)).not.toHaveProperty('exp');
  });

  it.each([
    ['no name', { ttl: 1 }, 'name'],
    ['no ttl', { name: 'x' }, 'ttl'],
    ['ttl as word', { name: 'x', ttl: 'abc' }, 'ttl'],
    ['ttl below -1', { name: 'x', ttl: -2 }, 'ttl'],
    ['a user without address', { name: 'x', ttl: 1, user: { id: 1, username: 'admin' } }, 'user'],
  ])('are refused with %s', async (_title, body, field) => {
    const answer = await world().admin.post('/keys', body);
    expect({ status: answer.status, fields: Object.keys(answer.body.reasons ?? {}) }).toEqual({ status: 400, fields: [field] });
  });

  it('are made for others by administrators alone', async () => {
    const me = expectOk(await world().plain.get('/auth/me'));
    const user = { id: me.id, username: me.username, email: me.email };
    expect((await world().operator.post('/keys', { name: 'x', ttl: 1, user })).status).toBe(403);
    expect((await world().operator.post('/keys', { user })).status).toBe(403);
    const { jwt } = expectOk(await world().admin.post('/keys', { name: 'x', ttl: 1, user }));
    expect(expectOk(await world().anonymous.as(jwt).get('/auth/me')).username).toBe('plain');
    expect((await world().operator.post(`/users/${me.id}/keys`, {})).status).toBe(403);
    expect((await world().admin.post(`/users/${me.id}/keys`, {})).status).toBe(400);
    expect(keysOf(expectOk(await world().admin.post(`/users/${me.id}/keys`, { name: 'x', ttl: 1 })))).toEqual(['jwt']);
    expect((await world().admin.post('/users/99999/keys', { name: 'x', ttl: 1 })).status).toBe(404);
  });

  it('are seen by their user and administrators alone', async () => {
    const { id } = await make();
    const me = expectOk(await world().plain.get('/auth/me'));
    for (const path of [`/keys/${id}`, `/keys/${id}/described`, `/users/${me.id}/keys/${id}`]) {
      expect((await world().plain.get(path)).status).toBe(200);
      expect((await world().admin.get(path)).status).toBe(200);
      expect((await world().operator.get(path)).status).toBe(403);
    }
    expect((await world().admin.get('/keys/99999')).status).toBe(404);
    expect((await world().admin.get('/keys/99999/described')).status).toBe(404);
    expect((await world().admin.delete('/keys/99999')).status).toBe(404);
    expect((await world().admin.get(`/users/1/keys/${id}`)).status).toBe(403);
    expect((await world().admin.get(`/users/1/keys/99999`)).status).toBe(404);
    expect((await world().operator.get(`/users/${me.id}/keys/99999`)).status).toBe(403);
    const own = expectOk(await world().plain.get('/keys?count=100'));
    expect(own.items.every((key: { user: { id: number } }) => key.user.id === me.id)).toBe(true);
    expect(expectOk(await world().admin.get('/keys?count=100')).total).toBeGreaterThan(own.total);
    expect(expectOk(await world().operator.get(`/users/${me.id}/keys`))).toMatchObject({ items: [], total: 0 });
    expect(expectOk(await world().admin.get(`/users/${me.id}/keys?count=1`)).total).toBe(own.total);
  });

  it('act on tokens that are out already when they are revoked, shortened or deleted', async () => {
    const me = expectOk(await world().plain.get('/auth/me'));
    const user = { id: me.id, username: me.username, email: me.email };
    const { jwt, id } = await make();
    const holder = world().anonymous.as(jwt);
    const put = (more: object) => world().plain.put(`/keys/${id}`, { id, user, name: 'x', revoked: false, ttl: 30, ...more });
    expect((await holder.get('/auth/me')).status).toBe(200);
    expect(keysOf(expectOk(await put({ revoked: true })))).toEqual(['jwt']);
    expect((await holder.get('/auth/me')).status).toBe(403);
    expectOk(await put({ revoked: false }));
    expect((await holder.get('/auth/me')).status).toBe(200);
    expectOk(await put({ ttl: 0 }));
    expect((await holder.get('/auth/me')).status).toBe(403);
    expectOk(await put({ ttl: -1 }));
    expect((await holder.get('/auth/me')).status).toBe(200);
    const anew = expectOk(await world().plain.get(`/keys/${id}`)).jwt;
    expect((await world().anonymous.as(anew).get('/auth/me')).status).toBe(200);
    expect(expectOk(await world().plain.delete(`/keys/${id}`))).toEqual({ result: true });
    for (const token of [jwt, anew]) expect((await world().anonymous.as(token).get('/auth/me')).status).toBe(403);
    expect((await world().plain.get(`/keys/${id}`)).status).toBe(404);
  });

  it('are updated with everything or not at all', async () => {
    const me = expectOk(await world().plain.get('/auth/me'));
    const whole = { id: 1, user: { id: me.id, username: me.username, email: me.email }, name: 'x', revoked: false, ttl: 30 };
    const { id } = await make();
    for (const missing of Object.keys(whole)) {
      const answer = await world().plain.put(`/keys/${id}`, { ...whole, [missing]: undefined });
      expect({ missing, status: answer.status }).toEqual({ missing, status: 400 });
    }
    expect((await world().operator.put(`/keys/${id}`, whole)).status).toBe(403);
    expect((await world().admin.put('/keys/99999', whole)).status).toBe(404);
  });

  it('end with their user', async () => {
    const client = await signedUp(world().admin, unique('leaver'), []);
    const me = expectOk(await client.get('/auth/me'));
    const { jwt } = await make(client);
    expectOk(await world().admin.put(`/users/${me.id}`, { username: me.username, email: me.email, active: false, roles: [] }));
    expect((await world().anonymous.as(jwt).get('/auth/me')).status).toBe(403);
  });
});
