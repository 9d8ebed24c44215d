import { hash as hashBcrypt } from '@node-rs/bcrypt';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { decodeJwt, SignJWT } from 'jose';
import { adminPassword, aGateway, tokenSecret, userPassword, type Gateway } from './a-gateway.js';

jest.setTimeout(60_000);

let gateway: Gateway;
beforeAll(async () => void (gateway = await aGateway()));
afterAll(() => gateway.stop());

const login = (username: unknown, password: unknown) => gateway.send('POST', '/auth/login', { body: { username, password } });
const me = (token: string | null, scheme = 'Bearer') =>
  gateway.send('GET', '/auth/me', token === null ? {} : { headers: { authorization: `${scheme} ${token}` } });

describe('login', () => {
  it('gives the administrator of the first start a token for a day', async () => {
    const { sub, iat, exp } = decodeJwt(gateway.admin);
    expect(typeof sub).toBe('string');
    expect(exp! - iat!).toBe(86_400);
    const { status, body } = await me(gateway.admin);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: Number(sub),
      username: 'admin',
      email: 'admin@sifaka.internal',
      active: true,
      profilePicture: null,
      roles: [{ id: expect.any(Number), name: 'admin' }],
    });
  });

  it('takes an e-mail address in place of the username, in any case', async () => {
    expect((await login('Admin@Sifaka.internal', adminPassword)).status).toBe(200);
  });

  it('says the same of a wrong password, an unknown user and an inactive user', async () => {
    const { id } = await gateway.aUser('sleeper');
    await gateway.send('PUT', `/users/${id}`, {
      token: gateway.admin,
      body: { username: 'sleeper', email: 'sleeper@example.com', active: false },
    });
    const answers = await Promise.all([
      login('admin', 'wrong'),
      login('nobody', 'wrong'),
      login('sleeper', userPassword),
      login('no@body.example', 'x'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(new Set(answers.map(({ body }) => body.message)).size).toBe(1);
  });

  it.each([
    ['no password', { username: 'admin' }],
    ['no username', { password: 'x' }],
    ['a number as username', { username: 5, password: 'x' }],
    ['nothing', {}],
    ['a password of ten thousand characters', { username: 'admin', password: 'x'.repeat(10_000) }],
  ])('answers 400 to a body with %s', async (_what, body) => {
    expect((await gateway.send('POST', '/auth/login', { body })).status).toBe(400);
  });

  it('answers 415 to a form, 400 to what is no JSON, 405 to another method', async () => {
    const form = await gateway.send('POST', '/auth/login', {
      body: 'username=admin',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(form.status).toBe(415);
    expect((await gateway.send('POST', '/auth/login', { body: '{' })).status).toBe(400);
    expect((await gateway.send('GET', '/auth/login')).status).toBe(405);
  });

  it('lets a user of an older installation in with bcrypt and hashes the password anew', async () => {
    const { id } = await gateway.aUser('old-hand');
    const sql = gateway.platform.database('gateway');
    await sql.query('update app_user set password_hash = $2 where id = $1', [
      id,
      await hashBcrypt(userPassword, { cost: 4, version: '2y' }),
    ]);
    expect((await login('old-hand', 'wrong')).status).toBe(403);
    expect((await login('old-hand', userPassword)).status).toBe(200);
    const [row] = await sql.query<{ hash: string }>('select password_hash as hash from app_user where id = $1', [id]);
    expect(row?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await login('old-hand', userPassword)).status).toBe(200);
  });

  it('offers no single sign-on yet', async () => {
    const { status, body } = await gateway.send('GET', '/auth/providers');
    expect([status, body]).toEqual([200, []]);
  });

  it('answers the health check without a token, in text', async () => {
    const { status, text, headers } = await gateway.send('GET', '/healthcheck');
    expect([status, text]).toEqual([200, 'ok']);
    expect(headers.get('content-type')).toContain('text/html');
  });

  it.each(['/ocsp/CA', '/ocsp/CA/', '/ocsp/CA/%ff', '/ocsp/CA/%00%ff', '/ocsp/CA/%zz', '/ocsp/CA/x.y'])('answers %s in the protocol of the responder, also while no issuer can be asked', async (path) => {
    const answer = await fetch(`${gateway.address()}${path}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/ocsp-response']);
  });

  it.each(['/ocsp', '/crl', '/crl/a/b', '/ca', '/api/1/%zz'])('has no page at %s', async (path) => {
    const answer = await fetch(`${gateway.address()}${path}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/json; charset=utf-8']);
  });
});

describe('token', () => {
  const now = () => Math.floor(Date.now() / 1_000);
  const signed = (claims: Record<string, unknown>, secret = tokenSecret) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));

  it('is needed: 401 without a header', async () => {
    const { status, body } = await me(null);
    expect(status).toBe(401);
    expect(body.message).toEqual(expect.any(String));
  });

  it('is the second word of the header, whatever the first', async () => {
    expect((await me(gateway.admin, 'Basic')).status).toBe(200);
    expect((await me(gateway.admin, 'anything')).status).toBe(200);
    expect((await gateway.send('GET', '/auth/me', { headers: { authorization: gateway.admin } })).status).toBe(403);
  });

  it('is refused with 403 when it is forged, expired, or of a user who never was', async () => {
    const tokens = await Promise.all([
      signed({ sub: '1', exp: now() + 60 }, 'another secret, just as long as ours'),
      signed({ sub: '1', exp: now() - 60 }),
      signed({ sub: '999999', exp: now() + 60 }),
      signed({ sub: '1', aid: 999_999, exp: now() + 60 }),
    ]);
    expect(await Promise.all([...tokens, 'rubbish', 'a.b.c'].map(async (token) => (await me(token)).status))).toEqual([
      403, 403, 403, 403, 403, 403,
    ]);
  });

  it('works with a number as subject, as old tokens have it', async () => {
    const { id } = (await me(gateway.admin)).body;
    expect((await me(await signed({ sub: id, exp: now() + 60 }))).status).toBe(200);
  });

  it('is cut off at once with its user', async () => {
    const { id, token } = await gateway.aUser('leaver');
    expect((await me(token)).status).toBe(200);
    await gateway.send('PUT', `/users/${id}`, {
      token: gateway.admin,
      body: { username: 'leaver', email: 'leaver@example.com', active: false },
    });
    expect((await me(token)).status).toBe(403);
  });

  it('ends with the password that it was made with, whoever changes it; the API keys of the user stay', async () => {
    const { id, token } = await gateway.aUser('mover');
    const { jwt } = (await gateway.send('POST', '/keys', { token, body: { name: 'ci', ttl: 1 } })).body;
    const older = await signed({ sub: String(id), iat: now() - 30, exp: now() + 60 });
    expect((await me(older)).status).toBe(200);
    const change = { username: 'mover', email: 'mover@example.com', active: true };
    await gateway.send('PUT', `/users/${id}`, { token: gateway.admin, body: change });
    expect((await me(token)).status).toBe(200);

    const password = 'Another-Horse-43!';
    expect((await gateway.send('PUT', `/users/${id}`, { token: gateway.admin, body: { ...change, password } })).status).toBe(200);
    const refused = await me(token);
    expect([refused.status, refused.body.message]).toEqual([403, expect.stringContaining('password was changed')]);
    expect((await me(older)).status).toBe(403);
    expect((await me(jwt)).status).toBe(200);
    expect((await me(await gateway.login('mover', password))).status).toBe(200);
    expect((await me(await signed({ sub: String(id), iat: now(), exp: now() + 60 }))).status).toBe(200);
  });

  it('gains and loses rights with the roles of its user, without a new login', async () => {
    const { id, token } = await gateway.aUser('riser');
    const role = { username: 'riser', email: 'riser@example.com', active: true };
    expect((await gateway.send('GET', '/audit', { token })).status).toBe(403);
    await gateway.send('PUT', `/users/${id}`, { token: gateway.admin, body: { ...role, roles: [{ name: 'admin' }] } });
    expect((await gateway.send('GET', '/audit', { token })).status).toBe(200);
    await gateway.send('PUT', `/users/${id}`, { token: gateway.admin, body: role });
    expect((await gateway.send('GET', '/audit', { token })).status).toBe(403);
  });

  it('ends with a logout, and no other with it', async () => {
    const { token } = await gateway.aUser('visitor');
    const other = await gateway.login('visitor', userPassword);
    expect((await gateway.send('POST', '/auth/logout', { token })).body).toEqual({ result: true });
    expect((await me(token)).status).toBe(403);
    expect((await me(other)).status).toBe(200);
  });
});
