import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { CallContext } from '@sifaka/messaging';
import { aPrincipal } from '@sifaka/testing';
import type { ExportPlugins } from '../plugins/export-plugins.js';
import type { CertificateRepository } from './certificate.repository.js';
import { ExportCertificate } from './export-certificate.js';
import type { PrivateKeys } from './private-key.js';
import { ViewKey } from './view-key.js';

const call = { principal: aPrincipal({ admin: true }) } as CallContext;
const certificates = { get: () => Promise.resolve({ format: 'x509', keyId: '1', roleIds: [], chain: null }) } as unknown as CertificateRepository;
const aKey = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ format: 'der', type: 'pkcs8' });
const vaultWith = (key: Buffer) => ({ see: () => Promise.resolve(key) }) as unknown as PrivateKeys;

describe('a private key that was seen', () => {
  it('is wiped from memory after its view', async () => {
    const key = aKey();
    await expect(new ViewKey(certificates, vaultWith(key)).run({ id: 1 }, call)).resolves.toMatchObject({ key: expect.stringContaining('BEGIN EC PRIVATE KEY') });
    expect(key.every((byte) => byte === 0)).toBe(true);
  });

  it('is wiped from memory after its export, also one that fails', async () => {
    const key = aKey();
    const plugins = { make: () => ({ plugin: { requiresKey: true, slug: 'x' }, exporter: { export: () => Promise.reject(new Error('no')) } }) } as unknown as ExportPlugins;
    await expect(new ExportCertificate(certificates, plugins, vaultWith(key)).run({ id: 1, plugin: { slug: 'x', pluginOptions: [] } }, call)).rejects.toThrow('no');
    expect(key.every((byte) => byte === 0)).toBe(true);
  });
});
