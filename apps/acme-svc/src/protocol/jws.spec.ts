import { createHmac, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { aJwsKey } from '../test/a-jws-key.js';
import { externalAccountBinding, signJws } from './jws.js';

const decoded = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());

describe('a signed request', () => {
  it('of an account names it, its nonce and its address', async () => {
    const key = aJwsKey();
    const jws = await signJws(key, { url: 'https://ca.example/order', nonce: 'n0nce', kid: 'https://ca.example/acct/1' }, { a: 'ü' });
    expect(decoded(jws.protected)).toEqual({ alg: 'ES256', nonce: 'n0nce', url: 'https://ca.example/order', kid: 'https://ca.example/acct/1' });
    expect(decoded(jws.payload)).toEqual({ a: 'ü' });
    const publicKey = createPublicKey({ key: { ...key.jwk }, format: 'jwk' });
    expect(verify('sha256', Buffer.from(`${jws.protected}.${jws.payload}`), { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(jws.signature, 'base64url'))).toBe(true);
  });

  it('without account has the key itself, public members alone', async () => {
    const key = aJwsKey({ kty: 'OKP', crv: 'Ed25519', d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' });
    const jws = await signJws(key, { url: 'u', nonce: 'n' }, {});
    expect(decoded(jws.protected)).toEqual({ alg: 'EdDSA', nonce: 'n', url: 'u', jwk: { crv: 'Ed25519', kty: 'OKP', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' } });
  });

  it('that only reads has an empty payload, which is not an empty object', async () => {
    expect((await signJws(aJwsKey(), { url: 'u', nonce: 'n', kid: 'k' }, null)).payload).toBe('');
    expect(decoded((await signJws(aJwsKey(), { url: 'u', nonce: 'n', kid: 'k' }, {})).payload)).toEqual({});
  });
});

it("binds an account's key to the CA's customer with HS256 and without nonce", () => {
  const { jwk } = aJwsKey();
  const hmacKey = Buffer.from('secret');
  const binding = externalAccountBinding(jwk, 'https://ca.example/new-account', { kid: 'kid-1', hmacKey });
  expect(decoded(binding.protected)).toEqual({ alg: 'HS256', kid: 'kid-1', url: 'https://ca.example/new-account' });
  expect(decoded(binding.payload)).toEqual(jwk);
  expect(binding.signature).toBe(createHmac('sha256', hmacKey).update(`${binding.protected}.${binding.payload}`).digest('base64url'));
});
