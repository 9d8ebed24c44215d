import { expect, it } from '@jest/globals';
import { expectOk, keytool, openssl, withFiles, type Client, type Json } from '../harness/index.js';
import { describeWithPeers, usePlatform } from '../harness/suite.js';
import { authorityKeys, createLadder, issueWithKey, publicKeyOf, type KeyName } from './pki.js';

const passphrase = 'correct horse';

describeWithPeers(['openssl', 'keytool'], 'every export of a certificate', () => {
  const platform = usePlatform();

  const issue = async (leaf: KeyName) => {
    const client = await platform().admin();
    const [, issuing] = await createLadder(client, 2, leaf);
    return { client, ...(await issueWithKey(client, issuing, { keyType: authorityKeys[leaf].keyType, commonName: 'shop.corp.test' })) };
  };

  it.each<KeyName>(['P-256', 'P-384', 'RSA 2048', 'Ed25519'])('with a key of %s is opened by OpenSSL', async (leaf) => {
    const { client, certificate } = await issue(leaf);
    const publicKey = await publicKeyOf('x509', certificate.body);
    for (const type of ['PKCS12 (.p12)', 'legacy PKCS12 (.p12)']) {
      const p12 = await exported(client, certificate, 'openssl-export', { type, passphrase });
      const opened = await withFiles(
        { p12 },
        async (paths) => (await openssl(['pkcs12', '-legacy', '-in', paths.p12, '-nodes', '-passin', `pass:${passphrase}`])).stdout,
      );
      expect(opened.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
      expect(await publicKeyOf('pkey', opened)).toBe(publicKey);
    }
    for (const keyFormat of ['traditional', 'PKCS#8']) {
      const pem = (await exported(client, certificate, 'pem-export', { keyFormat })).toString();
      expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
      expect(await publicKeyOf('pkey', pem)).toBe(publicKey);
    }
    const encrypted = (await exported(client, certificate, 'pem-export', { parts: 'key', passphrase })).toString();
    expect((await openssl(['pkey', '-pubout', '-passin', `pass:${passphrase}`], encrypted)).stdout).toBe(publicKey);
    const csr = (await exported(client, certificate, 'openssl-csr', {})).toString();
    expect((await openssl(['req', '-verify', '-noout', '-pubkey'], csr)).stdout).toBe(publicKey);
    const p7 = (await exported(client, certificate, 'pkcs7-export', { format: 'PEM' })).toString();
    expect((await openssl(['pkcs7', '-print_certs'], p7)).stdout.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
    const der = await exported(client, certificate, 'der-export', {});
    expect((await openssl(['x509', '-inform', 'DER', '-noout', '-pubkey'], der)).stdout).toBe(publicKey);
  });

  it.each<KeyName>(['P-256', 'RSA 2048'])('with a key of %s is opened by keytool', async (leaf) => {
    const { client, certificate } = await issue(leaf);
    const fingerprint = (await openssl(['x509', '-noout', '-fingerprint', '-sha256'], certificate.body)).stdout.split('=')[1]?.trim() ?? '';
    const jks = await exported(client, certificate, 'java-keystore-jks', { passphrase, alias: 'shop' });
    const listed = await list(jks, 'JKS');
    expect(listed).toContain('PrivateKeyEntry');
    expect(listed).toContain('Certificate chain length: 3');
    expect(listed).toContain(fingerprint);
    const trust = await exported(client, certificate, 'java-truststore-jks', { passphrase, alias: 'shop' });
    expect(await list(trust, 'JKS')).toContain('trustedCertEntry');
    const p12 = await exported(client, certificate, 'openssl-export', { type: 'PKCS12 (.p12)', passphrase, alias: 'shop' });
    expect(await list(p12, 'PKCS12')).toContain('Certificate chain length: 3');
    // The key of the JKS, decrypted by Java, given on to OpenSSL.
    const converted = await withFiles({ jks }, async (paths) => {
      const to = `${paths.jks}.p12`;
      await keytool([
        '-importkeystore',
        '-srckeystore',
        paths.jks,
        '-srcstorepass',
        passphrase,
        '-destkeystore',
        to,
        '-deststoretype',
        'PKCS12',
        '-deststorepass',
        passphrase,
        '-noprompt',
      ]);
      return (await openssl(['pkcs12', '-in', to, '-nodes', '-passin', `pass:${passphrase}`])).stdout;
    });
    expect(await publicKeyOf('pkey', converted)).toBe(await publicKeyOf('x509', certificate.body));
  });
});

async function exported(client: Client, { id }: Json, slug: string, options: Record<string, string>): Promise<Buffer> {
  const pluginOptions = Object.entries(options).map(([name, value]) => ({ name, value }));
  const answer = expectOk(await client.post(`/certificates/${id}/export`, { plugin: { slug, pluginOptions } }));
  return Buffer.from(answer.data, 'base64');
}

async function list(store: Buffer, type: string): Promise<string> {
  return withFiles(
    { store },
    async (paths) => (await keytool(['-list', '-v', '-keystore', paths.store, '-storetype', type, '-storepass', passphrase])).stdout,
  );
}
