import { describe, expect, it } from '@jest/globals';
import { parseJks } from '@sifaka/pki';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { describeExporter, describeWith, runPeer, testContext, testPath } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

describeExporter({
  plugin,
  options: [],
  inspect: (file, { certificateDer, chainDer }) => {
    const expected = [certificateDer, ...chainDer].map((der, index) => ({ kind: 'trusted', alias: index === 0 ? 'www.example.test_cert' : `www.example.test_cert_${index}`, certificateDer: der }));
    expect(parseJks(file.data, file.passphrase ?? '')).toMatchObject(expected);
  },
});

const path = { ...testPath('RSA2048'), privateKeyPkcs8Der: null };
const exported = (...options: { name: string; value: unknown }[]) => plugin.create(parsePluginOptions(plugin, options), testContext()).export(path);

describe('java-truststore-jks', () => {
  it('needs no key, and answers jks and a passphrase of 44 characters', async () => {
    expect(plugin.requiresKey).toBe(false);
    expect(await exported()).toMatchObject({ extension: 'jks', passphrase: expect.stringMatching(/^[A-Za-z0-9_-]{43}=$/) });
  });

  it('leaves room behind a long alias', async () => {
    expect(() => parsePluginOptions(plugin, [{ name: 'alias', value: 'x'.repeat(241) }])).toThrow(/alias/);
    const file = await plugin.create({}, testContext()).export({ ...path, commonName: 'x'.repeat(300) });
    expect(parseJks(file.data, file.passphrase ?? '')).toHaveLength(3);
  });
});

describeWith('keytool')('Java', () => {
  it('lists every certificate', async () => {
    const file = await exported({ name: 'alias', value: 'Corp' }, { name: 'passphrase', value: 'changeit' });
    const listed = runPeer('keytool', ['-list', '-keystore', '@a.jks', '-storepass', 'changeit'], { 'a.jks': file.data });
    expect(listed).toContain('contains 3 entries');
    for (const alias of ['corp_cert', 'corp_cert_1', 'corp_cert_2']) expect(listed).toMatch(new RegExp(`^${alias}, .*trustedCertEntry`, 'm'));
  });
});
