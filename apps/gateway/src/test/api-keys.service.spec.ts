import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { fixedClock } from '@sifaka/kernel';
import { decodeJwt } from 'jose';
import { aGateway, type Gateway } from './a-gateway.js';

jest.setTimeout(60_000);

let gateway: Gateway;
const start = new Date();
const clock = fixedClock(start);
beforeAll(async () => void (gateway = await aGateway({ clock, env: { SIFAKA_TOKEN_EXPIRATION: '365' } })));
afterAll(() => gateway.stop());

const admin = (method: string, path: string, body?: unknown) =>
  gateway.send(method, path, { token: gateway.admin, ...(body !== undefined && { body }) });
const status = async (token: string) => (await gateway.send('GET', '/auth/me', { token })).status;
const aKey = async (ttl: number, name = 'key') => {
  const token: string = (await admin('POST', '/keys', { name, ttl })).body.jwt;
  const id = decodeJwt(token).aid as number;
  const { user } = (await admin('GET', `/keys/${id}/described`)).body;
  return { id, token, change: { id, user, name, revoked: false, ttl } };
};

describe('API keys', () => {
  it('are described without their token', async () => {
    const { id } = await aKey(30, 'ci-deploy');
    const { headers, body } = await admin('GET', `/keys/${id}/described`);
    expect(body).toEqual({
      id,
      name: 'ci-deploy',
      ttl: 30,
      issuedAt: Math.floor(start.getTime() / 1_000),
      revoked: false,
      user: { id: expect.any(Number), username: 'admin', email: 'admin@sifaka.internal', active: true },
    });
    expect(headers.get('cache-control')).toBeNull();
    expect((await admin('GET', `/keys/${id}`)).headers.get('cache-control')).toContain('no-store');
  });

  it('have a token without end when their life is -1, and with one otherwise', async () => {
    expect(decodeJwt((await aKey(-1)).token)).not.toHaveProperty('exp');
    const { exp, iat } = decodeJwt((await aKey(2)).token);
    expect(exp! - iat!).toBe(2 * 86_400);
  });

  it('stop at once when they are revoked, and work again when they are not', async () => {
    const { id, token, change } = await aKey(-1);
    expect(await status(token)).toBe(200);
    await admin('PUT', `/keys/${id}`, { ...change, revoked: true });
    expect(await status(token)).toBe(403);
    await admin('PUT', `/keys/${id}`, change);
    expect(await status(token)).toBe(200);
  });

  it('stop at once when they are deleted', async () => {
    const { id, token } = await aKey(-1);
    expect((await admin('DELETE', `/keys/${id}`)).body).toEqual({ result: true });
    expect(await status(token)).toBe(403);
    expect((await admin('GET', `/keys/${id}`)).status).toBe(404);
  });

  it('act with the rights of their user, and are named in the audit log', async () => {
    const { id, token } = await aKey(-1);
    const role = await gateway.send('POST', '/roles', { token, body: { name: 'made-by-key' } });
    expect(role.status).toBe(200);
    const { items } = (await admin('GET', `/audit?action=role.created&objectId=${role.body.id}`)).body;
    expect(items).toMatchObject([{ actor: { name: 'admin@sifaka.internal', apiKeyId: id } }]);
  });

  it('end with a shortened life, whatever their tokens say', async () => {
    const { id, token, change } = await aKey(300);
    clock.advance(3 * 86_400_000);
    expect(await status(token)).toBe(200);
    await admin('PUT', `/keys/${id}`, { ...change, ttl: 2 });
    expect(await status(token)).toBe(403);
    await admin('PUT', `/keys/${id}`, change);
    expect(await status(token)).toBe(200);
  });

  it('get a new token whenever they are read', async () => {
    const { id } = await aKey(10);
    clock.advance(86_400_000);
    const renewed: string = (await admin('GET', `/keys/${id}`)).body.jwt;
    expect(decodeJwt(renewed).exp).toBe(Math.floor(clock.now().getTime() / 1_000) + 10 * 86_400);
  });

  it.each([
    ['no life', { name: 'x' }, 'ttl'],
    ['no name', { ttl: 5 }, 'name'],
    ['a life below -1', { name: 'x', ttl: -2 }, 'ttl'],
    ['a life that is no number', { name: 'x', ttl: 'long' }, 'ttl'],
    ['a user without a username', { name: 'x', ttl: 1, user: { id: 1, email: 'a@b.c' } }, 'user'],
    ['an unknown user', { name: 'x', ttl: 1, user: { id: 999_999, username: 'x', email: 'a@b.c' } }, 'user'],
  ])('are refused with %s', async (_what, body, field) => {
    const answer = await admin('POST', '/keys', body);
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body.reasons)).toEqual([field]);
  });

  it('need all their fields in a change', async () => {
    const { id, change } = await aKey(1);
    for (const field of ['id', 'user', 'name', 'revoked', 'ttl']) {
      const { status: answered, body } = await admin('PUT', `/keys/${id}`, { ...change, [field]: undefined });
      expect([answered, Object.keys(body.reasons)]).toEqual([400, [field]]);
    }
  });

  it('are found below their user alone', async () => {
    const { id } = await aKey(1);
    const { id: other } = await gateway.aUser('other-owner');
    expect((await admin('GET', `/users/${other}/keys/${id}`)).status).toBe(403);
    expect((await admin('GET', `/users/${other}/keys/999999`)).status).toBe(404);
    expect((await admin('POST', '/users/999999/keys', { name: 'x', ttl: 1 })).status).toBe(404);
  });
});
