import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseCertificate } from '@sifaka/pki';
import type { Destination } from '@sifaka/plugin-sdk';
import { describeChecks, describeDestination, loopbackOutbound, outageChecks, testContext, testDeployable } from '@sifaka/plugin-sdk/conformance';
import { startVaultKv, type KvStandIn } from '@sifaka/vault/stand-in';
import plugin from '../src/index.js';

/** As in the README. */
const leastRights = { 'secret/data/tls/*': ['create', 'read', 'update'] };
const policies = { 's.good-token': leastRights, 's.good': leastRights, 's.blind-token': { 'secret/data/tls/*': ['create', 'update'] } };

let vault: KvStandIn;
let other: (path: string) => void = () => undefined;
const options = [
  { name: 'vaultUrl', value: 'http://127.0.0.1:1' },
  { name: 'vaultMount', value: 'secret' },
  { name: 'vaultPath', value: 'tls' },
  { name: 'token', value: 's.good-token' },
];
const folder = mkdtempSync(join(tmpdir(), 'sifaka-vault-'));

beforeAll(async () => {
  vault = await startVaultKv({ policies, onWrite: (path) => other(path) });
  Object.assign(options[0] ?? {}, { value: vault.url });
});
beforeEach(() => void (other = () => undefined));
afterAll(async () => {
  await vault.stop();
  rmSync(folder, { recursive: true });
});

const make = (given: Record<string, unknown> = {}): Destination =>
  plugin.create({ vaultUrl: vault.url, vaultMount: 'secret', vaultPath: 'tls', token: 's.good-token', ...given }, testContext({ outbound: loopbackOutbound() }));
const secretOf = (path: string) => vault.secrets().get(path) ?? {};

describeDestination({
  plugin,
  options,
  contents: () => new Map([...vault.secrets()].flatMap(([path, data]) => Object.entries(data).map(([key, value]): [string, Buffer] => [`${path}#${key}`, Buffer.from(JSON.stringify(value))]))),
  plantBeside: ({ commonName }) => vault.put(`tls/${commonName ?? ''}`, { ...secretOf(`tls/${commonName ?? ''}`), 'other.example.test': { crt: 'of somebody else' } }),
  wrongCredentials: [{ name: 'token', value: 's.wrong-token' }],
  away: [{ name: 'vaultUrl', value: 'http://127.0.0.1:9' }],
});

describeChecks('hashi-vault-destination in an outage', outageChecks, { run: async (url, canary) => make({ vaultUrl: url, token: canary }).check?.() });

describe('hashi-vault-destination', () => {
  it.each([
    ['Nginx', ['crt', 'san', 'key'], 3],
    ['Apache', ['crt', 'chain', 'san', 'key'], 1],
    ['PEM', ['pem', 'chain', 'san', 'key'], 1],
    ['no chain', ['crt', 'san', 'key'], 1],
  ])('writes bundle %s', async (bundleChain, keys, count) => {
    const certificate = testDeployable();
    await make({ bundleChain, objectName: 'bundles' }).upload(certificate);
    const entry = Object(secretOf('tls/bundles')[certificate.name]);
    expect(Object.keys(entry)).toEqual(keys);
    expect(entry.san).toEqual(parseCertificate(certificate.certificateDer).sans.flatMap(({ type, value }: { type: string; value?: unknown }) => (type === 'dns' ? [value] : [])));
    expect(String(entry.crt ?? entry.pem).match(/BEGIN CERTIFICATE/g)).toHaveLength(Math.min(count, 1 + certificate.chainDer.length));
  });

  it('keeps what others write into the same secret at the same moment', async () => {
    let writes = 0;
    other = (path) => {
      if ((writes += 1) <= 2) vault.put(path, { ...secretOf(path), [`other-${writes}`]: { crt: 'of somebody else' } });
    };
    const certificates = [testDeployable(), testDeployable(), testDeployable()];
    const destination = make({ objectName: 'crowded' });
    await Promise.all(certificates.map((certificate) => destination.upload(certificate)));
    expect(Object.keys(secretOf('tls/crowded')).sort()).toEqual([...certificates.map(({ name }) => name), 'other-1', 'other-2'].sort());
  });

  it('never writes where it may not read: what is there would be lost', async () => {
    vault.put('tls/unread', { precious: { crt: 'of somebody else' } });
    await expect(make({ token: 's.blind-token', objectName: 'unread' }).upload(testDeployable())).rejects.toMatchObject({ code: 'permission_denied' });
    expect(secretOf('tls/unread')).toEqual({ precious: { crt: 'of somebody else' } });
  });

  it('names what the policies lack', async () => {
    await expect(make({ token: 's.blind-token' }).check?.()).rejects.toThrow(/lack "read" on secret\/data\/tls\/sifaka-probe: it has create, update there/);
  });

  it('writes again where a version was deleted', async () => {
    const certificate = testDeployable();
    const destination = make();
    const { externalId } = await destination.upload(certificate);
    await destination.remove?.({ ...certificate, externalId });
    await destination.upload(certificate);
    expect(Object.keys(secretOf(`tls/${certificate.name}`))).toEqual([certificate.name]);
  });

  it('refuses names that its filter does not know, and lets the others pass whatever their case', async () => {
    const certificate = testDeployable();
    const [name = ''] = parseCertificate(certificate.certificateDer).sans.flatMap((san) => (san.type === 'dns' && typeof san.value === 'string' ? [san.value] : []));
    await expect(make({ sanFilter: 'www\\.corp\\.test' }).upload(certificate)).rejects.toThrow(new RegExp(`is for ${name}, which sanFilter`));
    await make({ sanFilter: `${name.slice(0, 3).toUpperCase()}|.*` }).upload(certificate);
  });

  it('logs in with AppRole, again when Vault has forgotten it', async () => {
    const destination = make({ token: undefined, authenticationMethod: 'approle', role_id: 'role-1', secret_id: 'secret-1' });
    await destination.check?.();
    vault.forgetLogins();
    await destination.check?.();
    await expect(make({ token: undefined, authenticationMethod: 'approle', role_id: 'role-1', secret_id: 'wrong-secret' }).check?.()).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it("logs in with the platform's service account, and with a token from a file", async () => {
    const [account, file, notes] = ['account', 'token', 'notes'].map((name) => join(folder, name));
    writeFileSync(account ?? '', 'good.service.account\n');
    writeFileSync(file ?? '', 's.good-token\n');
    writeFileSync(notes ?? '', 'root:x:0:0:root:/root:/bin/sh\n');
    await make({ token: undefined, authenticationMethod: 'kubernetes', tokenFileOrVaultRole: 'sifaka', service_account_token_path: account, fileFolders: [folder] }).check?.();
    await make({ token: undefined, tokenFileOrVaultRole: file, fileFolders: [folder] }).check?.();
    await expect(make({ token: undefined, tokenFileOrVaultRole: file }).check?.()).rejects.toThrow(/in no folder that SIFAKA_VAULT_FILE_FOLDERS of this installation allows/);
    const seen = vault.requests.length;
    await expect(make({ token: undefined, tokenFileOrVaultRole: notes, fileFolders: [folder] }).check?.()).rejects.toThrow(/does not hold a token in its first line$/);
    expect(vault.requests).toHaveLength(seen);
  });

  it('speaks version 1, with a chain of paths made of the subject', async () => {
    const old = await startVaultKv({ version: 1, mount: 'kv', policies: { 's.good-token': { 'kv/teams/*': ['create', 'read', 'update', 'delete'] } } });
    try {
      const certificate = testDeployable({ commonName: '*.example.test' });
      const destination = make({ vaultUrl: old.url, vaultMount: 'kv', vaultKvApiVersion: '1', vaultPath: 'teams/{CN}' });
      const { externalId } = await destination.upload(certificate);
      expect(externalId).toBe('kv/teams/wildcard.example.test/wildcard.example.test#*.example.test');
      expect(await destination.verify?.({ ...certificate, externalId })).toBe(true);
      await destination.remove?.({ ...certificate, externalId });
      expect(old.secrets().size).toBe(0);
    } finally {
      await old.stop();
    }
  });
});
