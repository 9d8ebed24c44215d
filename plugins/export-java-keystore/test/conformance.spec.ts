import { describe, expect, it } from '@jest/globals';
import { fromPkcs8Der, parseJks, toPkcs8Der } from '@sifaka/pki';
import { parsePluginOptions } from '@sifaka/plugin-sdk';
import { describeExporter, describeWith, runPeer, runPeerForBytes, testContext, testPath } from '@sifaka/plugin-sdk/conformance';
import plugin from '../src/index.js';

describeExporter({
  plugin,
  options: [],
  inspect: (file, { certificateDer, chainDer, privateKeyPkcs8Der }) => {
    const entries = parseJks(file.data, file.passphrase ?? '');
    expect(entries).toMatchObject([{ kind: 'key', alias: 'www.example.test', certificatesDer: [certificateDer, ...chainDer] }]);
    expect(entries.map((entry) => entry.kind === 'key' && toPkcs8Der(entry.privateKey))).toEqual([toPkcs8Der(fromPkcs8Der(privateKeyPkcs8Der!))]);
  },
});

const exported = (path: ReturnType<typeof testPath>, ...options: { name: string; value: unknown }[]) =>
  plugin.create(parsePluginOptions(plugin, options), testContext()).export(path);

describe('java-keystore-jks', () => {
  it('answers jks and a passphrase of 44 characters', async () => {
    const file = await exported(testPath('ECCPRIME256V1'));
    expect(file.extension).toBe('jks');
    expect(file.passphrase).toMatch(/^[A-Za-z0-9_-]{43}=$/);
  });

  it('offers the options that its clients know', () => {
    expect(plugin.pluginOptions()).toMatchObject([
      { name: 'passphrase', type: 'str', required: false, sensitive: true },
      { name: 'alias', type: 'str', required: false },
    ]);
  });
});

describeWith('keytool')('Java', () => {
  it.each(['RSA2048', 'ECCSECP384R1', 'ED25519'])('lists the entry and opens a key of type %s', async (keyType) => {
    const path = testPath(keyType);
    const file = await exported(path, { name: 'alias', value: 'My Server' }, { name: 'passphrase', value: 'changeit' });
    const listed = runPeer('keytool', ['-list', '-v', '-keystore', '@a.jks', '-storepass', 'changeit'], { 'a.jks': file.data });
    expect(listed).toContain('Alias name: my server');
    expect(listed).toContain('Entry type: PrivateKeyEntry');
    expect(listed).toContain('Certificate chain length: 3');
    const args = ['-importkeystore', '-srckeystore', '@a.jks', '-srcstorepass', 'changeit', '-deststoretype', 'PKCS12', '-deststorepass', 'changeit'];
    const imported = runPeerForBytes('keytool', args, '-destkeystore', { 'a.jks': file.data });
    const opened = runPeer('openssl', ['pkcs12', '-in', '@a.p12', '-passin', 'pass:changeit', '-nodes', '-nocerts'], { 'a.p12': imported });
    expect(opened).toContain(path.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  });
});
