import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { expectOk, Platform } from '../harness/index.js';
import { keysOf, useWorld } from './world.js';

const secret = 'a secret of this test, 32 bytes!!';
const world = useWorld({ env: { SIFAKA_TOKEN_SECRET: secret, LEMUR_TOKEN_EXPIRATION: '30m' } });

const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1_000);

function token(claims: object = {}, header: object = {}, key: string | null = secret, hash = 'sha256'): string {
  return signed({ iat: now(), exp: now() + 600, sub: '1', ...claims }, header, key, hash);
}

function signed(payload: unknown, header: object = {}, key: string | null = secret, hash = 'sha256'): string {
  const text = `${json({ alg: 'HS256', typ: 'JWT', ...header })}.${json(payload)}`;
  return `${text}.${key === null ? '' : createHmac(hash, key).update(text).digest('base64url')}`;
}

const statusOf = async (text: string) => (await world().anonymous.as(text).get('/auth/me')).status;

describe('tokens', () => {
  it('of a login hold who, since when and until when, and nothing else', async () => {
    const answer = await world().anonymous.post('/auth/login', { username: 'admin', password: world().platform.administrator.password });
    expect(keysOf(answer.body)).toEqual(['token']);
    const [head, claims] = answer.body.token.split('.').slice(0, 2).map((part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    expect(head).toMatchObject({ alg: 'HS256', typ: 'JWT' });
    expect(claims).toMatchObject({ sub: '1', iat: expect.any(Number), exp: expect.any(Number) });
    expect(claims.exp - claims.iat).toBe(1_800);
  });

  it.each([
    ['signed with the secret', () => token()],
    ['with the subject as a number', () => token({ sub: 1 })],
  ])('%s are accepted', async (_title, make) => {
    expect(await statusOf(make())).toBe(200);
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  const signedRsa = (header: object) => {
    const text = `${json({ typ: 'JWT', ...header })}.${json({ iat: now(), exp: now() + 600, sub: '1' })}`;
    return `${text}.${createSign('sha256').update(text).sign(rsa.privateKey, 'base64url')}`;
  };

  it.each([
    ['without a signature', () => token({}, { alg: 'none' }, null)],
    ['with alg None and no signature', () => token({}, { alg: 'None' }, null)],
    ['with alg nOnE but a signature', () => token({}, { alg: 'nOnE' })],
    ['without alg', () => token({}, { alg: undefined })],
    ['with alg as number', () => token({}, { alg: 5 })],
    ['of another secret', () => token({}, {}, 'another secret, of 32 bytes too!!')],
    ['of an empty secret', () => token({}, {}, '')],
    ['of a longer hash that is not listed', () => token({}, { alg: 'HS512' }, secret, 'sha512')],
    ['with another hash than the header says', () => token({}, { alg: 'HS256' }, secret, 'sha512')],
    ['of RSA with its own key in the header', () => signedRsa({ alg: 'RS256', jwk: { kty: 'RSA' } })],
    ['of RSA that claim HMAC', () => signedRsa({ alg: 'HS256' })],
    ['with an HMAC of a public key', () => token({}, { alg: 'HS256' }, rsa.publicKey)],
    ['that have ended', () => token({ exp: now() - 5 })],
    ['that ended in 1970', () => token({ exp: 0 })],
    ['that end at no number', () => token({ exp: 'never' })],
    ['of an unknown user', () => token({ sub: '99999' })],
    ['of user 0', () => token({ sub: '0' })],
    ['of a negative user', () => token({ sub: '-1' })],
    ['of a user beyond integers', () => token({ sub: '99999999999999999999' })],
    ['of user NaN', () => token({ sub: 'NaN' })],
    ['of no user', () => token({ sub: undefined })],
    ['of a user in SQL', () => token({ sub: "1' or '1'='1" })],
    ['of a user as object', () => token({ sub: { id: 1 } })],
    ['of an unknown key', () => token({ aid: 99_999 })],
    ['of a key in SQL', () => token({ aid: "1' or '1'='1" })],
    ['that are not yet valid', () => token({ nbf: now() + 3_600 })],
    ['with critical headers', () => token({}, { crit: ['exp2'] })],
    ['with four parts', () => `${token()}.x`],
    ['with two parts', () => token().split('.').slice(0, 2).join('.')],
    ['cut short', () => token().slice(0, -3)],
    ['with a changed claim', () => token().replace(/\.[^.]+\./, `.${json({ iat: now(), exp: now() + 600, sub: '2' })}.`)],
    ['of a login without an end', () => token({ exp: undefined })],
    ['with claims that are an array', () => signed([])],
    ['with no JSON inside', () => `${Buffer.from('nonsense').toString('base64url')}.${Buffer.from('x').toString('base64url')}.x`],
    ['as 20 kB of noise', () => 'a'.repeat(7_000)],
    ['of dots', () => '..'],
    ['with NUL escaped inside', () => token({ sub: '1\u0000' })],
  ])('%s are refused with 403', async (_title, make) => {
    const answer = await world().anonymous.as(make()).get('/auth/me');
    expect({ status: answer.status, message: typeof answer.body.message }).toEqual({ status: 403, message: 'string' });
    expect(answer.text).not.toMatch(/jose|JWS|Error:|at \//);
  });

  it('that are refused in one place are refused in all', async () => {
    const forged = world().anonymous.as(token({}, { alg: 'none' }, null));
    for (const path of ['/certificates', '/users', '/keys', '/logs', '/defaults', '/authorities', '/certificates/1/key']) expect((await forged.get(path)).status).toBe(403);
    expect((await forged.get('/healthcheck')).status).toBe(200);
    expect((await forged.get('/auth/providers')).body).toEqual([]);
  });

  it('of a key do not outlive a change of the user that they name', async () => {
    const { jwt } = expectOk(await world().plain.post('/keys', { name: 'x', ttl: 1 }));
    const aid = JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString()).aid;
    expect(await statusOf(token({ aid, sub: '1' }))).toBe(403);
  });
});

describe('the login throttle', () => {
  it('is the only thing that answers 429, and says when to come back', async () => {
    const throttled = await Platform.start({ env: { SIFAKA_LOGIN_LIMIT: '' } });
    try {
      const answers = [];
      for (let attempt = 0; attempt < 12; attempt += 1) answers.push(await throttled.anonymous.post('/auth/login', { username: 'admin', password: 'wrong' }));
      expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(403), 429, 429]);
      expect(Number(answers[11]?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answers[11]?.body.message).toBeDefined();
    } finally {
      await throttled.dispose();
    }
  });
});
