import { connect, type PeerCertificate } from 'node:tls';
import { expect, it } from '@jest/globals';
import { createCertificate, createTwoTierPki, expectOk, openssl, startNginx, withFiles, type Json } from './harness/index.js';
import { describeWithPeers, usePlatform } from './harness/suite.js';

describeWithPeers(['nginx', 'openssl'], 'a team that asks for a certificate', () => {
  const platform = usePlatform();

  const issue = async (): Promise<{ root: Json; issuing: Json; certificate: Json; key: string }> => {
    const client = await platform().admin();
    const { root, issuing } = await createTwoTierPki(client);
    const certificate = await createCertificate(client, { authority: { id: issuing.id }, commonName: 'shop.corp.test' });
    const { key } = expectOk(await client.get(`/certificates/${certificate.id}/key`));
    return { root, issuing, certificate, key };
  };

  it('serves TLS with it to clients that know the root alone', async () => {
    const { root, certificate, key } = await issue();
    const nginx = await startNginx({ certificate: certificate.body, chain: certificate.chain, key });
    try {
      const peer = await handshake(nginx.port, root.authorityCertificate.body, 'shop.corp.test');
      expect(BigInt(`0x${peer.serialNumber}`)).toBe(BigInt(certificate.serial));
      await expect(handshake(nginx.port, root.authorityCertificate.body, 'other.corp.test')).rejects.toThrow(/altnames/);
    } finally {
      await nginx.stop();
    }
  });

  it('gets a chain that OpenSSL verifies up to the root, strictly', async () => {
    const { root, certificate } = await issue();
    const files = { root: root.authorityCertificate.body, chain: certificate.chain, leaf: certificate.body };
    const { stdout } = await withFiles(files, (paths) =>
      openssl([
        'verify',
        '-x509_strict',
        '-purpose',
        'sslserver',
        '-verify_hostname',
        'shop.corp.test',
        '-CAfile',
        paths.root,
        '-untrusted',
        paths.chain,
        paths.leaf,
      ]),
    );
    expect(stdout).toContain(': OK');
  });

  it('exports it as PKCS#12 that OpenSSL opens, with the key that belongs to it', async () => {
    const { certificate } = await issue();
    const client = await platform().admin();
    const pluginOptions = [
      { name: 'passphrase', value: 'correct horse' },
      { name: 'type', value: 'PKCS12 (.p12)' },
    ];
    const exported = expectOk(
      await client.post(`/certificates/${certificate.id}/export`, { plugin: { slug: 'openssl-export', pluginOptions } }),
    );
    const modulus = async (pem: string) => (await openssl(['pkey', '-pubin', '-outform', 'DER'], pem)).bytes.toString('hex');
    await withFiles({ p12: Buffer.from(exported.data, 'base64') }, async ({ p12 }) => {
      const opened = (await openssl(['pkcs12', '-in', p12, '-nodes', '-passin', `pass:${exported.passphrase}`])).stdout;
      const ofKey = (await openssl(['pkey', '-pubout'], opened.slice(opened.indexOf('-----BEGIN PRIVATE KEY')))).stdout;
      const ofCertificate = (await openssl(['x509', '-noout', '-pubkey'], certificate.body)).stdout;
      expect(await modulus(ofKey)).toBe(await modulus(ofCertificate));
    });
  });
});

function handshake(port: number, ca: string, servername: string): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca, servername }, () => {
      resolve(socket.getPeerCertificate());
      socket.end();
    });
    socket.once('error', reject);
  });
}
