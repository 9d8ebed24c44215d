import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportKey, generateKeys, importKey } from '@sifaka/contracts';
import { keyTypeNames, offeredKeyTypes, keyTypeOf, isSameKeyType, isKeyType } from '@sifaka/pki';
import type { TestPlatform } from '@sifaka/testing';
import { aKey, aName, aRoot, aVault } from './a-vault.js';
import { hasOpenssl, openssl } from './openssl.js';

let platform: TestPlatform;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyvault-'));
  platform = await aVault();
}, 60_000);
afterAll(async () => {
  await platform.stop();
  await rm(folder, { recursive: true });
});

async function aFile(text: string): Promise<string> {
  const path = join(folder, 'root.pem');
  await writeFile(path, text);
  return path;
}

const withOpenssl = hasOpenssl ? describe : describe.skip;

withOpenssl.each([...offeredKeyTypes()])('%s', (keyType) => {
  it('signs its own request, which OpenSSL verifies', async () => {
    const { csr, spki } = await aKey(platform, {
      keyType,
      csr: { subjectDer: aName('www.example.org').toString('base64'), extensionsDer: null },
    });
    const found = keyTypeOf(spki);
    expect(found !== null && isKeyType(found) && isSameKeyType(found, keyType)).toBe(true);
    const said = await openssl(['req', '-inform', 'DER', '-verify', '-noout', '-subject'], csr!);
    expect(said).toContain('verify OK');
    expect(said).toContain('CN = www.example.org');
  }, 60_000);

  it('signs as an authority, which OpenSSL verifies', async () => {
    const authority = await aKey(platform, { keyType, purpose: 'authority' });
    const pem = new X509Certificate(await aRoot(platform, authority, keyTypeOf(authority.spki)!)).toString();
    // The root is on both sides: trusted, and the certificate to verify; its own signature is checked because it is asked for.
    const said = await openssl(['verify', '-check_ss_sig', '-auth_level', '0', '-CAfile', await aFile(pem)], Buffer.from(pem));
    expect(said).toContain('OK');
  }, 60_000);

  it('is exported as a whole key of 65537 or a named curve', async () => {
    const { keyId, spki } = await aKey(platform, { keyType });
    const { pkcs8Der } = await platform.call('issuer', exportKey, { keyId, reason: 'export', objectName: 'www.example.org' });
    const said = await openssl(['pkey', '-inform', 'DER', '-check', '-noout', '-text'], Buffer.from(pkcs8Der, 'base64'));
    expect(said).toContain('Key is valid');
    if (keyType.startsWith('RSA')) expect(said).toContain('65537');
    const { keyType: found, publicKeyDer } = await platform.call('issuer', importKey, { pkcs8Der, purpose: 'certificate' });
    expect(found).toBe(keyTypeOf(spki));
    expect(Buffer.from(publicKeyDer, 'base64').equals(spki)).toBe(true);
  }, 60_000);
});

describe('key types', () => {
  it('are all that the product names and OpenSSL still has', () => {
    expect(offeredKeyTypes()).toEqual(
      expect.arrayContaining(['RSA2048', 'RSA3072', 'RSA4096', 'ECCPRIME256V1', 'ECCSECP384R1', 'ECCSECP521R1', 'ED25519']),
    );
    expect(offeredKeyTypes().length).toBeLessThanOrEqual(keyTypeNames.length);
  });

  it('that are not there are refused with the list of those that are, before any key is made', async () => {
    const asked = platform.call('issuer', generateKeys, {
      keys: [
        { keyType: 'ECCPRIME256V1', purpose: 'account' },
        { keyType: 'RSA1024', purpose: 'account' },
      ],
    });
    await expect(asked).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(/"RSA1024" is not a key type that can be generated here; there are RSA2048, RSA3072/),
      fields: [{ path: 'keys.1.keyType' }],
    });
    expect(await platform.database('keyvault').query(`select from key where purpose = 'account'`)).toEqual([]);
  });

  it('of a batch come in the order asked', async () => {
    const types = ['ED25519', 'ECCPRIME256V1', 'ECCSECP384R1', 'ECCPRIME256V1'];
    const { keys } = await platform.call('issuer', generateKeys, {
      keys: types.map((keyType) => ({ keyType, purpose: 'certificate' as const })),
    });
    expect(keys.map(({ publicKeyDer }) => keyTypeOf(Buffer.from(publicKeyDer, 'base64')))).toEqual(types);
  });

  it('that are weak or broken are refused at import', async () => {
    const { keys } = await platform.call('issuer', generateKeys, {
      keys: [1, 2].map(() => ({ keyType: 'ECCPRIME256V1', purpose: 'certificate' as const })),
    });
    const [one, two] = await Promise.all(
      keys.map(async ({ keyId }) => {
        const { pkcs8Der } = await platform.call('issuer', exportKey, { keyId, reason: 'export', objectName: 'x' });
        return Buffer.from(pkcs8Der, 'base64');
      }),
    );
    const mixed = Buffer.concat([one!.subarray(0, 73), two!.subarray(73)]);
    const refused = (pkcs8: Buffer, message: string) =>
      expect(platform.call('issuer', importKey, { pkcs8Der: pkcs8.toString('base64'), purpose: 'certificate' })).rejects.toMatchObject({
        code: 'invalid_argument',
        message: expect.stringContaining(message),
      });
    await refused(mixed, 'privateKey');
    await refused(Buffer.from('no key'), 'privateKey');
  });
});
