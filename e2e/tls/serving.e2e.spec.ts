import { expect, it } from '@jest/globals';
import {
  curlClient,
  gnutlsClient,
  javaClient,
  opensslClient,
  expectOk,
  startNginx,
  withFiles,
  type Client,
  type Json,
  type TlsClient,
} from '../harness/index.js';
import { describeWithPeers, usePlatform } from '../harness/suite.js';
import { authorityKeys, bodyOf, createLadder, issueWithKey, type KeyName } from './pki.js';

const clients: Readonly<Record<string, TlsClient>> = { openssl: opensslClient, curl: curlClient, gnutls: gnutlsClient, java: javaClient };

/** Who serves and verifies which keys: Java verifies Ed25519 certificates in TLS nowhere before version 22. */
const combinations: { authority: KeyName; leaf: KeyName; clients: string[] }[] = [
  { authority: 'P-256', leaf: 'P-256', clients: ['openssl', 'curl', 'gnutls', 'java'] },
  { authority: 'P-384', leaf: 'RSA 2048', clients: ['openssl', 'curl', 'gnutls', 'java'] },
  { authority: 'RSA 2048', leaf: 'RSA 2048', clients: ['openssl', 'curl', 'gnutls', 'java'] },
  { authority: 'RSA 2048', leaf: 'P-384', clients: ['openssl', 'curl', 'gnutls', 'java'] },
  { authority: 'Ed25519', leaf: 'P-256', clients: ['openssl', 'curl', 'gnutls'] },
  { authority: 'Ed25519', leaf: 'Ed25519', clients: ['openssl', 'curl', 'gnutls'] },
];

describeWithPeers(['nginx', 'openssl', 'curl', 'gnutls-cli', 'javac'], 'what the platform issued, served by nginx', () => {
  const platform = usePlatform();

  it.each(combinations)(
    'is taken by $clients below $authority authorities with a key of $leaf',
    async ({ authority, leaf, clients: names }) => {
      const client = await platform().admin();
      const [root, , issuing] = await createLadder(client, 3, authority);
      const host = 'shop.corp.test';
      const { certificate } = await issueWithKey(client, issuing, { commonName: host, keyType: authorityKeys[leaf].keyType });
      const files = await exported(client, certificate);
      const nginx = await startNginx(files);
      try {
        await withFiles({ ca: bodyOf(root) }, async ({ ca }) => {
          const verdicts = await everyVerdict(names, { port: nginx.port, ca, host });
          expect(verdicts.filter(({ accepted }) => !accepted)).toEqual([]);
        });
      } finally {
        await nginx.stop();
      }
    },
  );

  it('is refused by all of them under another name, and without the root', async () => {
    const client = await platform().admin();
    const [root, issuing] = await createLadder(client, 2);
    const [stranger] = await createLadder(client, 1);
    const { certificate, key } = await issueWithKey(client, issuing, { commonName: 'shop.corp.test' });
    const nginx = await startNginx({ certificate: certificate.body, chain: certificate.chain, key });
    try {
      await withFiles({ ca: bodyOf(root), other: bodyOf(stranger) }, async ({ ca, other }) => {
        const names = Object.keys(clients);
        const underOtherName = await everyVerdict(names, { port: nginx.port, ca, host: 'other.corp.test' });
        const underOtherRoot = await everyVerdict(names, { port: nginx.port, ca: other, host: 'shop.corp.test' });
        expect([...underOtherName, ...underOtherRoot].filter(({ accepted }) => accepted)).toEqual([]);
      });
    } finally {
      await nginx.stop();
    }
  });

  it('covers addresses, wildcards and names of other scripts', async () => {
    const client = await platform().admin();
    const [root, issuing] = await createLadder(client, 2);
    const names = [
      { nameType: 'DNSName', value: '*.wild.corp.test' },
      { nameType: 'DNSName', value: 'xn--bcher-kva.corp.test' },
      { nameType: 'IPAddress', value: '127.0.0.1' },
      { nameType: 'IPAddress', value: '::1' },
    ];
    const { certificate, key } = await issueWithKey(client, issuing, {
      commonName: 'first.corp.test',
      extensions: { subAltNames: { names } },
    });
    const nginx = await startNginx({ certificate: certificate.body, chain: certificate.chain, key });
    try {
      await withFiles({ ca: bodyOf(root) }, async ({ ca }) => {
        const hosts = ['first.corp.test', 'any.wild.corp.test', 'xn--bcher-kva.corp.test'];
        for (const host of hosts)
          expect(await everyVerdict(['openssl', 'curl', 'java'], { port: nginx.port, ca, host })).toEqual(accepting(3));
        expect(await clients.curl?.({ port: nginx.port, ca, host: '127.0.0.1' })).toMatchObject({ accepted: true });
        expect(await clients.java?.({ port: nginx.port, ca, host: '127.0.0.1' })).toMatchObject({ accepted: true });
      });
    } finally {
      await nginx.stop();
    }
  });
});

const accepting = (count: number) => Array.from({ length: count }, () => expect.objectContaining({ accepted: true }));

async function everyVerdict(names: readonly string[], visit: { port: number; ca: string; host: string }) {
  const asked = names.map(async (name) => ({ name, ...(await clients[name]?.(visit)) }));
  return Promise.all(asked);
}

/** As a person would take it to the server: one PEM export with key, certificate and chain, cut into the files of nginx. */
async function exported(client: Client, certificate: Json): Promise<{ certificate: string; chain: string; key: string }> {
  const part = async (parts: string) => {
    const plugin = { slug: 'pem-export', pluginOptions: [{ name: 'parts', value: parts }] };
    const answer = expectOk(await client.post(`/certificates/${certificate.id}/export`, { plugin }));
    return Buffer.from(answer.data, 'base64').toString('utf8');
  };
  return { certificate: await part('certificate'), chain: await part('chain'), key: await part('key') };
}
