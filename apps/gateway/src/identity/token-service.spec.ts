import { SignJWT, UnsecuredJWT, decodeJwt, generateKeyPair } from 'jose';
import { describe, expect, it } from '@jest/globals';
import { fixedClock } from '@sifaka/kernel';
import { TokenService } from './token-service.js';

const start = new Date('2026-03-02T07:00:00Z');
const now = start.getTime() / 1_000;
const oldSecret = 'an old secret of thirty-two chars';
const newSecret = 'a new secret of thirty-two letters';

function aService(options: { secrets?: string[]; algorithms?: string[] } = {}) {
  const clock = fixedClock(start);
  const service = new TokenService(
    { secrets: options.secrets ?? [newSecret], algorithms: options.algorithms ?? ['HS256'], lifetimeSeconds: 1_800 },
    clock,
  );
  return { clock, service };
}

const signed = (claims: Record<string, unknown>, secret = newSecret, alg = 'HS256') =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));

const refused = { code: 'permission_denied', reason: 'token.refused' };

describe('TokenService', () => {
  it('puts the user as text, the time of issue and the expiry into a login token', async () => {
    const { service } = aService();
    const token = await service.forUser(12, 0);
    expect(decodeJwt(token)).toMatchObject({ sub: '12', iat: now, exp: now + 1_800 });
    expect(decodeJwt(token)).not.toHaveProperty('aid');
    expect(await service.verify(token)).toMatchObject({ userId: 12, apiKeyId: null });
  });

  it('puts the key into an API key token, and an expiry unless it lasts for ever', async () => {
    const { service } = aService();
    expect(decodeJwt(await service.forApiKey(12, 6, 30))).toMatchObject({ sub: '12', aid: 6, exp: now + 30 * 86_400 });
    const endless = await service.forApiKey(12, 6, -1);
    expect(decodeJwt(endless)).not.toHaveProperty('exp');
    expect(await service.verify(endless)).toMatchObject({ userId: 12, apiKeyId: 6, tokenId: null, expiresAt: null, passwordSetAt: null });
  });

  it('accepts a number as subject', async () => {
    expect(await aService().service.verify(await signed({ sub: 7, exp: now + 60 }))).toMatchObject({ userId: 7 });
  });

  it('refuses a token at its last second, also one that it has seen valid', async () => {
    const { service, clock } = aService();
    const token = await service.forUser(12, 0);
    await service.verify(token);
    clock.advance(1_800_000);
    await expect(service.verify(token)).rejects.toMatchObject(refused);
    await expect(aService().service.verify(await signed({ sub: '1', exp: now - 1 }))).rejects.toMatchObject(refused);
  });

  it('signs with the first secret and verifies with all, so that secrets can be rotated', async () => {
    const before = aService({ secrets: [oldSecret] }).service;
    const during = aService({ secrets: [newSecret, oldSecret] }).service;
    const after = aService({ secrets: [newSecret] }).service;
    const oldToken = await before.forUser(1, 0);
    expect(await during.verify(oldToken)).toMatchObject({ userId: 1 });
    expect(await after.verify(await during.forUser(1, 0))).toMatchObject({ userId: 1 });
    await expect(after.verify(oldToken)).rejects.toMatchObject(refused);
  });

  it('refuses an algorithm that is not listed, though the secret is right', async () => {
    const token = await signed({ sub: '1', exp: now + 60 }, newSecret, 'HS512');
    await expect(aService().service.verify(token)).rejects.toMatchObject(refused);
    expect(await aService({ algorithms: ['HS256', 'HS512'] }).service.verify(token)).toMatchObject({ userId: 1 });
  });

  it('signs with the first algorithm of the list', async () => {
    const token = await aService({ algorithms: ['HS384', 'HS256'] }).service.forUser(1, 0);
    expect(JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString())).toMatchObject({ alg: 'HS384' });
  });

  it('refuses a token without a signature', async () => {
    const unsigned = new UnsecuredJWT({ sub: '1', exp: now + 60 }).encode();
    await expect(aService().service.verify(unsigned)).rejects.toMatchObject(refused);
    const [, payload] = (await signed({ sub: '1', exp: now + 60 })).split('.');
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    await expect(aService().service.verify(`${header}.${payload}.`)).rejects.toMatchObject(refused);
  });

  it('refuses a token of a public key algorithm', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const token = await new SignJWT({ sub: '1', exp: now + 60 }).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
    await expect(aService().service.verify(token)).rejects.toMatchObject(refused);
  });

  it('refuses a token whose claims were changed', async () => {
    const [header, , signature] = (await signed({ sub: '2', exp: now + 60 })).split('.');
    const payload = Buffer.from(JSON.stringify({ sub: '1', exp: now + 60 })).toString('base64url');
    await expect(aService().service.verify(`${header}.${payload}.${signature}`)).rejects.toMatchObject(refused);
  });

  it.each([
    ['no subject', { exp: now + 60 }],
    ['a subject that is no id', { sub: 'admin', exp: now + 60 }],
    ['subject zero', { sub: '0', exp: now + 60 }],
    ['a subject beyond the ids', { sub: '99999999999', exp: now + 60 }],
    ['a key that is no id', { sub: '1', aid: 'x', exp: now + 60 }],
    ['no expiry and no key', { sub: '1' }],
    ['a start in the future', { sub: '1', nbf: now + 600, exp: now + 900 }],
  ])('refuses a signed token with %s', async (_name, claims) => {
    await expect(aService().service.verify(await signed(claims))).rejects.toMatchObject(refused);
  });

  it.each(['', 'x', 'a.b', 'a.b.c', '....', 'x'.repeat(5_000), 'e30.e30.e30'])('refuses text that is no token', async (text) => {
    await expect(aService().service.verify(text)).rejects.toMatchObject(refused);
  });
});
