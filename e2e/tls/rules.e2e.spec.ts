import { describe, expect, it } from '@jest/globals';
import {
  certificateBody,
  createAuthority,
  createCertificate,
  expectOk,
  openssl,
  withFiles,
  type Client,
  type Json,
} from '../harness/index.js';
import { describeWithPeers, usePlatform } from '../harness/suite.js';
import { authorityKeys, bodyOf, createLadder, issueWithKey, printed, publicKeyOf, verifyStrictly, type KeyName } from './pki.js';

const dns = (value: string) => ({ nameType: 'DNSName', value });
const subAltNames = (...names: string[]) => ({ subAltNames: { names: names.map(dns) } });

describeWithPeers(['openssl'], 'what the platform issued, verified strictly by OpenSSL', () => {
  const platform = usePlatform();

  describe('a path', () => {
    it('of four authorities verifies up to the root, complete and in order', async () => {
      const client = await platform().admin();
      const [root, second, third, fourth] = await createLadder(client, 4);
      const certificate = await createCertificate(client, { authority: { id: fourth.id } });
      expect(certificate.chain.match(/-----BEGIN CERTIFICATE-----/g)).toHaveLength(4);
      expect(certificate.chain.replaceAll(/\s/g, '')).toBe([fourth, third, second, root].map(bodyOf).join('').replaceAll(/\s/g, ''));
      const verified = await verifyStrictly(bodyOf(root), certificate, ['-purpose', 'sslserver', '-show_chain']);
      expect(verified.stdout).toContain('depth=4');
    });

    it.each<[KeyName, KeyName]>([
      ['RSA 2048', 'RSA 2048'],
      ['RSA 2048', 'Ed25519'],
      ['P-384', 'P-384'],
      ['P-384', 'RSA 2048'],
      ['Ed25519', 'RSA 2048'],
      ['Ed25519', 'P-384'],
    ])('below %s with a key of %s verifies', async (authority, leaf) => {
      const client = await platform().admin();
      const [root, issuing] = await createLadder(client, 2, authority);
      const { certificate, key } = await issueWithKey(client, issuing, { keyType: authorityKeys[leaf].keyType });
      await verifyStrictly(bodyOf(root), certificate, ['-purpose', 'sslserver', '-verify_hostname', certificate.commonName]);
      expect(await publicKeyOf('pkey', key)).toBe(await publicKeyOf('x509', certificate.body));
    });

    it('is as short as the path length of an authority above allows', async () => {
      const client = await platform().admin();
      const root = await createAuthority(client, { extensions: { basicConstraints: { ca: true, path_length: 1 } } });
      expect(await printed(bodyOf(root))).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:1/);
      const issuing = await createAuthority(client, { parent: { id: root.id } });
      const certificate = await createCertificate(client, { authority: { id: issuing.id } });
      await verifyStrictly(bodyOf(root), certificate);
      const deeper = await createAuthority(client, { parent: { id: issuing.id } }).catch((error: unknown) => error);
      // Either the second level was made unable to have a third, or the third is refused: never a path that clients refuse.
      expect(String(deeper)).toMatch(/\b4\d\d\b.*path/i);
    });

    it('ends with the validity of the authority', async () => {
      const client = await platform().admin();
      const [root] = await createLadder(client, 1);
      const soon = new Date(Date.now() + 30 * 86_400_000);
      const issuing = await createAuthority(client, {
        parent: { id: root.id },
        validityYears: null,
        validityStart: new Date().toISOString(),
        validityEnd: soon.toISOString(),
      });
      const outlasting = await client.post(
        '/certificates',
        certificateBody({ authority: { id: issuing.id }, validityEnd: new Date(Date.now() + 60 * 86_400_000).toISOString() }),
      );
      expect(outlasting.status).toBe(400);
      expect(outlasting.body.message ?? outlasting.text).toBeTruthy();
      const within = await createCertificate(client, {
        authority: { id: issuing.id },
        validityEnd: new Date(Date.now() + 20 * 86_400_000).toISOString(),
      });
      await verifyStrictly(bodyOf(root), within, ['-attime', String(Math.floor(Date.now() / 1_000) + 19 * 86_400)]);
      await expect(verifyStrictly(bodyOf(root), within, ['-attime', String(Math.floor(Date.now() / 1_000) + 21 * 86_400)])).rejects.toThrow(
        /expired/,
      );
    });
  });

  describe('name constraints', () => {
    const constrained = async (client: Client): Promise<{ root: Json; issuing: Json }> => {
      const [root] = await createLadder(client, 1);
      const nameConstraints = { permitted: [dns('inside.test')], excluded: [dns('secret.inside.test')] };
      const issuing = await createAuthority(client, { parent: { id: root.id }, extensions: { nameConstraints } });
      return { root, issuing };
    };

    it('stand critical in the authority, and what they permit verifies', async () => {
      const client = await platform().admin();
      const { root, issuing } = await constrained(client);
      expect(await printed(bodyOf(issuing))).toMatch(
        /Name Constraints: critical\s+Permitted:\s+DNS:inside\.test\s+Excluded:\s+DNS:secret\.inside\.test/,
      );
      const certificate = await createCertificate(client, {
        authority: { id: issuing.id },
        commonName: 'a.inside.test',
        extensions: subAltNames('a.inside.test', 'b.inside.test'),
      });
      await verifyStrictly(bodyOf(root), certificate, ['-verify_hostname', 'b.inside.test']);
    });

    it.each(['a.outside.test', 'a.secret.inside.test'])('keep %s from being issued at all', async (name) => {
      const client = await platform().admin();
      const { issuing } = await constrained(client);
      const answer = await client.post(
        '/certificates',
        certificateBody({ authority: { id: issuing.id }, commonName: name, extensions: subAltNames(name) }),
      );
      expect(answer.status).toBe(400);
      expect(answer.text).toContain(name);
    });
  });

  describe('a signing request made by OpenSSL', () => {
    it('with a hundred names gets all of them, and the key stays where it is', async () => {
      const client = await platform().admin();
      const [root, issuing] = await createLadder(client, 2);
      const hosts = Array.from({ length: 100 }, (_, index) => `host-${index}.csr.test`);
      const { csr, key } = await requestFor(hosts);
      const body = certificateBody({ authority: { id: issuing.id }, commonName: hosts[0], csr });
      const certificate = expectOk(await client.post('/certificates', { ...body, extensions: {} }));
      const text = await printed(certificate.body);
      expect([...text.matchAll(/DNS:([^,\s]+)/g)].map(([, name]) => name).toSorted()).toEqual(hosts.toSorted());
      expect(await publicKeyOf('x509', certificate.body)).toBe(await publicKeyOf('pkey', key));
      await verifyStrictly(bodyOf(root), certificate, ['-verify_hostname', 'host-99.csr.test']);
      expect((await client.get(`/certificates/${certificate.id}/key`)).body.key ?? null).toBeNull();
    });

    async function requestFor(hosts: readonly string[]): Promise<{ csr: string; key: string }> {
      const key = (await openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'])).stdout;
      const names = hosts.map((host) => `DNS:${host}`).join(',');
      const csr = await withFiles(
        { key },
        async (paths) =>
          (await openssl(['req', '-new', '-key', paths.key, '-subj', `/CN=${hosts[0]}`, '-addext', `subjectAltName=${names}`])).stdout,
      );
      return { csr, key };
    }
  });

  describe('an authority made by OpenSSL', () => {
    it('issues, once it is imported with its key and its root', async () => {
      const client = await platform().admin();
      const outside = await outsideAuthority();
      const input = {
        name: `imported ${Date.now()}`,
        owner: 'pki@corp.test',
        body: outside.issuing,
        chain: outside.root,
        privateKey: outside.key,
      };
      const authority = expectOk(await client.post('/authorities/import', input));
      const certificate = await createCertificate(client, { authority: { id: authority.id }, commonName: 'a.imported.test' });
      await verifyStrictly(outside.root, certificate, ['-purpose', 'sslserver', '-verify_hostname', 'a.imported.test']);
      const below = await createAuthority(client, { parent: { id: authority.id }, validityYears: 1 }).catch(String);
      expect(below).toMatch(/path/i);
    });

    /** A root, and an issuing CA that may have no CA below it. */
    async function outsideAuthority(): Promise<{ root: string; issuing: string; key: string }> {
      const make = async (algorithm: string[]) => (await openssl(['genpkey', ...algorithm])).stdout;
      const rootKey = await make(['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']);
      const key = await make(['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384']);
      const extensions =
        'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n';
      return withFiles({ rootKey, key, extensions }, async (paths) => {
        const root = (
          await openssl([
            'req',
            '-x509',
            '-new',
            '-key',
            paths.rootKey,
            '-subj',
            '/CN=Outside Root',
            '-days',
            '3650',
            '-addext',
            'keyUsage=critical,keyCertSign,cRLSign',
          ])
        ).stdout;
        const csr = (await openssl(['req', '-new', '-key', paths.key, '-subj', '/CN=Outside Issuing'])).stdout;
        const issuing = await withFiles(
          { root, csr },
          async (made) =>
            (
              await openssl([
                'x509',
                '-req',
                '-in',
                made.csr,
                '-CA',
                made.root,
                '-CAkey',
                paths.rootKey,
                '-days',
                '1800',
                '-extfile',
                paths.extensions,
              ])
            ).stdout,
        );
        return { root, issuing, key };
      });
    }
  });
});
