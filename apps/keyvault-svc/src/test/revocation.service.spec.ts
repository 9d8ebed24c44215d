import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeys, signWithKeys, type ServiceName } from '@sifaka/contracts';
import { assembleCertificate } from '@sifaka/pki';
import type { TestPlatform } from '@sifaka/testing';
import { aKey, aSignRequest, aVault, sign, type MadeKey } from './a-vault.js';

let platform: TestPlatform;
let authority: MadeKey;
let leaf: MadeKey;
let certificate: Buffer;

beforeAll(async () => {
  platform = await aVault();
  authority = await aKey(platform, { purpose: 'authority' });
  leaf = await aKey(platform);
  certificate = await aCertificate(leaf);
}, 60_000);
afterAll(() => platform.stop());

async function aCertificate({ spki }: MadeKey): Promise<Buffer> {
  const { request, tbs, algorithm } = aSignRequest(authority, { spki });
  const [signature] = await sign(platform, request);
  return assembleCertificate(tbs, algorithm, signature!);
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What RFC 8555 section 7.6 has signed. */
const revocationOf = (der: Buffer): Buffer =>
  Buffer.from(`${part({ alg: 'ES256', url: 'https://ca.example/revoke', nonce: 'n', jwk: { kty: 'EC' } })}.${part({ certificate: der.toString('base64url'), reason: 1 })}`);

const ask = (as: ServiceName, keyId: string, tbs: Buffer, purpose: 'revocation' | 'account' | 'csr' = 'revocation') =>
  platform.call(as, signWithKeys, { requests: [{ keyId, tbsDer: tbs.toString('base64'), hash: 'sha256', purpose, serialHex: null, subjectKeyId: null }] });

describe('the key of a certificate', () => {
  it('signs for acme-svc that its own certificate is to be revoked', async () => {
    const tbs = revocationOf(certificate);
    const { signatures } = await ask('acme', leaf.keyId, tbs);
    const key = createPublicKey({ key: leaf.spki, format: 'der', type: 'spki' });
    expect(verify('sha256', tbs, key, Buffer.from(signatures[0]!, 'base64'))).toBe(true);
  });

  it('signs nothing else for acme-svc', async () => {
    for (const purpose of ['account', 'csr'] as const) await expect(ask('acme', leaf.keyId, revocationOf(certificate), purpose)).rejects.toMatchObject({ code: 'not_found' });
    const others = [Buffer.from('anything'), Buffer.from(`${part({ kid: 'https://ca.example/acct/1', url: 'x' })}.${part({ certificate: 'AAAA' })}`), Buffer.from(`${part({ url: 'x', jwk: { kty: 'EC' } })}.${part({ csr: 'AAAA' })}`)];
    for (const tbs of others) {
      await expect(ask('acme', leaf.keyId, tbs)).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('is no request to revoke a certificate') });
    }
  });

  it('does not speak for the certificate of another key', async () => {
    const other = await aCertificate(await aKey(platform));
    await expect(ask('acme', leaf.keyId, revocationOf(other))).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('a certificate of another key') });
  });

  it('is the only kind that revokes: keys of authorities and accounts do not', async () => {
    await expect(ask('acme', authority.keyId, revocationOf(certificate))).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'requests.0.purpose' }] });
    const { keys } = await platform.call('acme', generateKeys, { keys: [{ keyType: 'ECCPRIME256V1', purpose: 'account' }] });
    await expect(ask('acme', keys[0]!.keyId, revocationOf(certificate))).rejects.toMatchObject({ code: 'not_found' });
  });
});
