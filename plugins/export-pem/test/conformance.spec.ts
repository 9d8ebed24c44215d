import { describe, expect, it } from '@jest/globals';
import { certificatePem, decodePem, fromPkcs8Der, parseEncryptedPrivateKey, toPkcs8Der } from '@sifaka/pki';
import { parsePluginOptions, type ExportedFile, type ExportInput } from '@sifaka/plugin-sdk';
import { describeExporter, describeWith, runPeer, testContext, testPath } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

const readBack = async (file: ExportedFile, { certificateDer, chainDer, privateKeyPkcs8Der }: ExportInput) => {
  const text = Buffer.from(file.data).toString();
  const certificates = decodePem(text).filter(({ label }) => label === 'CERTIFICATE');
  expect(certificates.map(({ bytes }) => bytes)).toEqual([certificateDer, ...chainDer]);
  expect(toPkcs8Der(await parseEncryptedPrivateKey(text, file.passphrase ?? ''))).toEqual(toPkcs8Der(fromPkcs8Der(privateKeyPkcs8Der!)));
};

describe.each(['traditional', 'PKCS#8'])('with the key in form "%s"', (keyFormat) => {
  describeExporter({ plugin, options: [{ name: 'keyFormat', value: keyFormat }], inspect: readBack });
});

const path = testPath('RSA2048');
const exported = async (options: Record<string, unknown>, input: ExportInput = path) => {
  const given = Object.entries(options).map(([name, value]) => ({ name, value }));
  const file = await plugin.create(parsePluginOptions(plugin, given), testContext()).export(input);
  return { ...file, text: Buffer.from(file.data).toString() };
};
const labels = (text: string) => decodePem(text).map(({ label }) => label);

describe('pem-export', () => {
  it.each([
    ['certificate, chain and key', ['CERTIFICATE', 'CERTIFICATE', 'CERTIFICATE', 'RSA PRIVATE KEY']],
    ['certificate and key', ['CERTIFICATE', 'RSA PRIVATE KEY']],
    ['key', ['RSA PRIVATE KEY']],
    ['certificate and chain', ['CERTIFICATE', 'CERTIFICATE', 'CERTIFICATE']],
    ['certificate', ['CERTIFICATE']],
    ['chain', ['CERTIFICATE', 'CERTIFICATE']],
  ])('writes %s, and nothing else', async (parts, expected) => {
    const { text, passphrase } = await exported({ parts });
    expect(labels(text)).toEqual(expected);
    expect(text).toMatch(/-----\n$/);
    expect(text).not.toContain('\n\n');
    expect(passphrase).toBeNull();
  });

  it('writes the key in the form that was asked for', async () => {
    expect(labels((await exported({ parts: 'key', keyFormat: 'PKCS#8' })).text)).toEqual(['PRIVATE KEY']);
    expect(labels((await exported({ parts: 'key', passphrase: 'hunter' })).text)).toEqual(['ENCRYPTED PRIVATE KEY']);
  });

  it('refuses a passphrase without a key, and a chain that is not there', async () => {
    await expect(exported({ parts: 'chain', passphrase: 'hunter' })).rejects.toMatchObject({ fields: [{ path: 'plugin.pluginOptions.passphrase' }] });
    await expect(exported({ parts: 'chain' }, { ...path, chainDer: [] })).rejects.toMatchObject({ code: 'failed_precondition' });
  });
});

describeWith('openssl')('OpenSSL', () => {
  it.each(['RSA2048', 'ECCPRIME256V1', 'ED25519'])('opens the encrypted key of type %s', async (keyType) => {
    const of = testPath(keyType);
    const { text } = await exported({ passphrase: 'hunter 2' }, of);
    const opened = runPeer('openssl', ['pkey', '-in', '@a.pem', '-passin', 'pass:hunter 2'], { 'a.pem': text });
    expect(opened).toContain(of.privateKey.export({ format: 'pem', type: 'pkcs8' }));
    expect(runPeer('openssl', ['x509', '-in', '@a.pem'], { 'a.pem': text }).trim()).toBe(certificatePem(of.certificateDer));
  });
});
