import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Destination } from '@sifaka/plugin-sdk';
import { describeChecks, describeDestination, loopbackOutbound, outageChecks, testContext, testDeployable, testPath, testSuccessor } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';
import { vaultName } from '../src/vault-name.js';
import { leastRights, principal, startKeyVault, tenant } from './key-vault-stand-in.js';

const vault = await startKeyVault();
afterAll(() => vault.stop());
beforeEach(() => {
  Object.assign(vault.state, { rights: [...leastRights], scope: 'https://vault.azure.net/.default', prepared: [], recoversAfter: 0, secret: principal.azurePassword });
  vault.requests.length = 0;
});

const given = { vaultUrl: vault.url, azureTenant: tenant, ...principal, authority_url: vault.url };
const make = (changes: Record<string, unknown> = {}): Destination => plugin.create({ ...given, ...changes }, testContext({ outbound: loopbackOutbound() }));
const versionsOf = (certificate: Parameters<typeof vaultName>[0]) => vault.certificates.get(vaultName(certificate).toLowerCase()) ?? [];
const imports = () => vault.requests.filter(({ path }) => path.endsWith('/import')).length;

describeDestination({
  plugin,
  options: Object.entries(given).map(([name, value]) => ({ name, value })),
  contents: () => new Map([...vault.certificates].map(([name, versions]) => [`${name} of ${versions.at(-1)?.tags['sifaka-name']}`, versions.at(-1)?.cer ?? Buffer.alloc(0)])),
  wrongCredentials: [{ name: 'azurePassword', value: 'wrong-secret-0123456789' }],
  away: [{ name: 'vaultUrl', value: 'http://127.0.0.1:9' }],
});

describeChecks('azure-keyvault-destination in an outage', outageChecks, {
  run: async (url, canary) => {
    vault.state.secret = canary;
    await make({ vaultUrl: url, azurePassword: canary }).check?.();
  },
});
describeChecks('azure-keyvault-destination when tokens cannot be had', outageChecks, { run: async (url, canary) => make({ authority_url: url, azurePassword: canary }).upload(testDeployable()) });

describe('azure-keyvault-destination', () => {
  it.each([
    ['RSA2048', { kty: 'RSA', key_size: 2048 }],
    ['RSA3072', { kty: 'RSA', key_size: 3072 }],
    ['ECCPRIME256V1', { kty: 'EC', key_size: 256, crv: 'P-256' }],
    ['ECCSECP384R1', { kty: 'EC', key_size: 384, crv: 'P-384' }],
    ['ECCSECP521R1', { kty: 'EC', key_size: 521, crv: 'P-521' }],
    ['ECCSECP256K1', { kty: 'EC', key_size: 256, crv: 'P-256K' }],
  ])('imports %s as what it is, with its whole chain and tags', async (keyType, properties) => {
    const { certificateDer, chainDer, privateKeyPkcs8Der } = testPath(keyType);
    const certificate = testDeployable({ certificateDer, chainDer, privateKeyPkcs8Der });
    expect(await make().upload(certificate)).toEqual({ externalId: `${vault.url}/certificates/${vaultName(certificate)}` });
    const [version] = versionsOf(certificate);
    expect(version?.policy).toEqual({ key_props: { exportable: true, reuse_key: false, ...properties }, secret_props: { contentType: 'application/x-pkcs12' } });
    expect(version?.chain).toEqual(chainDer);
    expect(version?.tags).toEqual({ 'sifaka-name': certificate.name, 'sifaka-fingerprint': certificate.fingerprint, 'sifaka-subject': certificate.commonName });
  });

  it.each(['ED25519', 'ECCSECP224R1'])('refuses %s, which Key Vault does not take, before anything is sent', async (keyType) => {
    const { certificateDer, chainDer, privateKeyPkcs8Der } = testPath(keyType);
    await expect(make().upload(testDeployable({ certificateDer, chainDer, privateKeyPkcs8Der }))).rejects.toMatchObject({ code: 'failed_precondition', reason: 'azure.key_type', message: expect.stringContaining(keyType) });
    expect(imports()).toBe(0);
  });

  it('never uses a passphrase twice, and shows none that Key Vault repeats', async () => {
    const destination = make();
    await destination.upload(testDeployable());
    const first = String(Object(vault.requests.at(-1)?.json).pwd);
    expect(first).toHaveLength(24);
    vault.state.prepared.push(
      () => ({ status: 404, body: {} }),
      ({ json }) => ({ status: 400, body: { error: { code: 'BadParameter', message: `cannot open with ${Object(json).pwd}` } } }),
    );
    await expect(destination.upload(testDeployable())).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringMatching(/cannot open with \*\*\*$/) });
    expect(Object(vault.requests.at(-1)?.json).pwd).not.toBe(first);
  });

  it('names certificates after their common name', () => {
    const { certificateDer } = testPath('ECCPRIME256V1');
    const named = (commonName: string | null, name = 'shop-2026') => vaultName({ name, commonName, certificateDer });
    expect([named('www.example.test'), named('*.example.test'), named('Shop Führung, Ü'), named(null)]).toEqual(['www-example-test', 'wildcard-example-test', 'Shop-F-hrung', 'www-example-test']);
    for (const name of [named('x'.repeat(300)), named('日本'), named('...')]) expect(name).toMatch(/^[0-9A-Za-z][0-9A-Za-z-]{0,126}$/);
    expect(named('日本')).not.toBe(named('中国'));
  });

  it('keeps two names apart that come to the same one in the vault', async () => {
    const certificate = testDeployable({ commonName: 'a-b.example.test' });
    await make().upload(certificate);
    await expect(make().upload(testDeployable({ commonName: 'a.b.example.test' }))).rejects.toMatchObject({ code: 'failed_precondition', reason: 'azure.name_taken', message: expect.stringContaining('of a-b.example.test, and that of a.b.example.test') });
    await make().upload(testDeployable({ commonName: 'A-B.example.test' }));
    expect(versionsOf(certificate)).toHaveLength(2);
  });

  it('keeps the tags that others gave it', async () => {
    const certificate = testDeployable();
    const { externalId } = await make().upload(certificate);
    const [version] = versionsOf(certificate);
    Object.assign(version?.tags ?? {}, { 'cost-centre': '4711' });
    const successor = testSuccessor(certificate, externalId);
    await make().upload(successor);
    expect(versionsOf(successor).at(-1)?.tags).toMatchObject({ 'cost-centre': '4711', 'sifaka-fingerprint': successor.fingerprint });
  });

  it('puts a new version in place of one that was disabled', async () => {
    const certificate = testDeployable();
    await make().upload(certificate);
    const [version] = versionsOf(certificate);
    if (version !== undefined) version.enabled = false;
    expect(await make().verify?.({ ...certificate, externalId: null })).toBe(false);
    await make().upload(certificate);
    expect(await make().verify?.({ ...certificate, externalId: null })).toBe(true);
  });

  it('names every right that is missing, and changes nothing to find out', async () => {
    vault.state.rights = ['get'];
    const before = [...vault.certificates.keys()];
    await expect(make().check?.()).rejects.toMatchObject({ code: 'permission_denied', reason: 'azure.missing_rights', message: expect.stringMatching(/lacks the certificate permissions import, delete, recover on .*: .*ForbiddenByPolicy: .* does not have certificates import permission/) });
    vault.state.rights = ['get', 'import', 'delete'];
    await make({ recover_deleted: false }).check?.();
    await expect(make().check?.()).rejects.toThrow(/lacks the certificate permissions recover on/);
    expect([...vault.certificates.keys()]).toEqual(before);
  });

  it('asks for tokens of the cloud that it is in', async () => {
    vault.state.scope = 'https://vault.azure.cn/.default';
    await make({ scope: 'https://vault.azure.cn/.default' }).check?.();
    await expect(make().check?.()).rejects.toMatchObject({ code: 'permission_denied', message: expect.stringContaining('AADSTS70011') });
  });

  it('logs in again when its token is taken back', async () => {
    const destination = make();
    await destination.check?.();
    vault.state.validTokens.clear();
    await destination.check?.();
  });

  it('passes on when it may come back', async () => {
    vault.state.prepared.push(() => ({ status: 429, headers: { 'retry-after': '9' }, body: { error: { code: 'Throttled', message: 'Too many requests' } } }));
    await expect(make().upload(testDeployable())).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 9_000 });
  });
});

describe('a deleted certificate in the vault', () => {
  async function deletedOne() {
    const certificate = testDeployable();
    const { externalId } = await make().upload(certificate);
    await make().remove?.({ ...certificate, externalId });
    expect(vault.deleted.has(vaultName(certificate))).toBe(true);
    return { certificate, successor: testSuccessor(certificate, externalId) };
  }

  it('is recovered, and gets the new one as its next version', async () => {
    const { certificate, successor } = await deletedOne();
    vault.state.recoversAfter = 2;
    await make().upload(successor);
    expect(versionsOf(certificate).map(({ cer }) => cer)).toEqual([certificate.certificateDer, successor.certificateDer]);
  });

  it('is left alone where that is not wanted, and what to do is said', async () => {
    const { successor } = await deletedOne();
    const name = vaultName(successor);
    await expect(make({ recover_deleted: false }).upload(successor)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'azure.deleted', message: expect.stringMatching(new RegExp(`recover --name ${name}\\) or purge it, or set recover_deleted. .*ObjectIsDeletedButRecoverable: `)) });
    expect(vault.certificates.has(name)).toBe(false);
  });

  it('is tried again later while it is still being deleted', async () => {
    vault.state.prepared.push(() => ({ status: 404, body: {} }), () => ({ status: 409, body: { error: { code: 'Conflict', message: 'Certificate is currently being deleted.', innererror: { code: 'ObjectIsBeingDeleted' } } } }));
    await expect(make().upload(testDeployable())).rejects.toMatchObject({ code: 'conflict', reason: 'azure.busy', retryAfterMs: 15_000 });
  });
});

describe('the options', () => {
  it.each([
    ['vaultUrl', 'https://vault.example.test/path'],
    ['vaultUrl', 'http://vault.example.test'],
    ['vaultUrl', 'ftp://vault.example.test'],
    ['azureTenant', '../other'],
    ['appID', 'an id'],
    ['azurePassword', 'with spaces in it'],
    ['scope', 'vault'],
  ])('refuse %s %s', (name, value) => {
    expect(() => make({ [name]: value })).toThrow(expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(name) }));
  });
});
