import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { describeWithPeers } from '@sifaka/peers';
import { expectOk, openssl, waitUntil, withFiles, type Json } from '../harness/index.js';
import { acmeAuthorityBody, cleanedUp, createAcmeAuthority, issued, namesOf, pendingOf, proofsOf, request, useAcmeWorld } from './world.js';

describeWithPeers(['pebble', 'power-dns', 'bind', 'openssl'], 'certificates from an ACME CA that refuses every other nonce', () => {
  const world = useAcmeWorld({
    pebble: { nonceReject: 50, alternateRoots: 1, chainLength: 2 },
    platform: { env: { SIFAKA_ACME_RETRY_SECONDS: '0.1' } },
  });

  const made: Record<string, Json> = {};
  /** One authority of each kind for the whole suite. */
  const authorityOf = async (slug: string, options: Json = {}): Promise<Json> => {
    const key = `${slug} ${JSON.stringify(options)}`;
    made[key] ??= await createAcmeAuthority(world().admin, world().pebble, options, slug);
    return made[key];
  };

  /** OpenSSL accepts it up to the root of this chain. */
  const verifies = (certificate: Json, rootPem: string) =>
    withFiles({ root: rootPem, chain: certificate.chain, leaf: certificate.body }, async ({ root, chain, leaf }) => {
      const { stdout } = await openssl(['verify', '-CAfile', root, '-untrusted', chain, leaf]);
      return stdout.includes(': OK');
    });

  it('come after a pending certificate that says what it waits for', async () => {
    const { admin, pebble } = world();
    const pending = await request(admin, { authority: await authorityOf('acme-issuer'), names: ['first.pdns.test'] });
    expect(pending).toMatchObject({ resolved: false, commonName: 'first.pdns.test', resolvedCertId: null });
    expect(pending.body).toBeUndefined();
    const certificate = await issued(admin, pending);
    expect(await verifies(certificate, await pebble.rootPem())).toBe(true);
    const { key } = expectOk(await admin.get(`/certificates/${certificate.id}/key`));
    expect(new X509Certificate(certificate.body).checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(await pendingOf(admin, pending.id)).toMatchObject({
      resolved: true,
      resolvedCertId: certificate.id,
      state: 'resolved',
      lastError: null,
    });
    expect(expectOk(await admin.get(`/pending_certificates?id=${pending.id}`)).total).toBe(0);
    expect(await cleanedUp(world())).toEqual([]);
  });

  it.each([
    { server: 'PowerDNS', zone: 'pdns.test' },
    { server: 'a zone within a zone', zone: 'deep.pdns.test' },
    { server: 'BIND', zone: 'bind.test' },
  ])('hold ten names, a wildcard and its base among them, through $server', async ({ zone }) => {
    const { admin } = world();
    const names = [`ten.${zone}`, `*.ten.${zone}`, ...Array.from({ length: 8 }, (_, index) => `n${index}.ten.${zone}`)];
    const certificate = await issued(admin, await request(admin, { authority: await authorityOf('acme-issuer'), names }));
    expect(namesOf(certificate)).toEqual([...names].sort());
    expect(await cleanedUp(world())).toEqual([]);
  });

  it('take names of several providers, and of a zone that another one points to', async () => {
    const { admin } = world();
    const names = ['mixed.pdns.test', 'mixed.bind.test', 'elsewhere.bind.test'];
    const certificate = await issued(admin, await request(admin, { authority: await authorityOf('acme-issuer'), names }));
    expect(namesOf(certificate)).toEqual([...names].sort());
    expect(await cleanedUp(world())).toEqual([]);
  });

  it('come with the chain of the issuer that was preferred', async () => {
    const { admin, pebble } = world();
    const alternate = await pebble.rootPem(1);
    const wanted = /CN\s*=\s*([^\n,]+)/.exec(new X509Certificate(alternate).subject)?.[1] ?? '';
    const authority = await authorityOf('acme-issuer', { preferred_issuer: wanted, certificate: alternate });
    const certificate = await issued(admin, await request(admin, { authority, names: ['alternate.pdns.test'] }));
    expect(await verifies(certificate, alternate)).toBe(true);
    await expect(verifies(certificate, await pebble.rootPem())).rejects.toThrow('unable to get local issuer certificate');
  });

  it('are proved by HTTP-01 at the platform itself, addresses too', async () => {
    const { admin, platform } = world();
    const names = ['one.web.test', 'two.web.test'];
    const values = [...names.map((value) => ({ nameType: 'DNSName', value })), { nameType: 'IPAddress', value: '127.0.0.1' }];
    const extensions = { subAltNames: { names: values } };
    const pending = await request(admin, { authority: await authorityOf('acme-http-issuer'), names, extensions });
    const certificate = await issued(admin, pending);
    expect(new X509Certificate(certificate.body).subjectAltName).toBe('DNS:one.web.test, DNS:two.web.test, IP Address:127.0.0.1');
    expect(await proofsOf(admin, pending)).toEqual({ 'one.web.test': 'http-01', 'two.web.test': 'http-01', '127.0.0.1': 'http-01' });
    expect((await platform.anonymous.send('GET', '/.well-known/acme-challenge/nobody-waits-for-this')).status).toBe(404);
  });

  it('are proved by what fits each name, in one order', async () => {
    const { admin } = world();
    const names = ['*.auto.bind.test', 'auto.web.test', 'auto.pdns.test'];
    const pending = await request(admin, { authority: await authorityOf('acme-auto-issuer'), names });
    expect(namesOf(await issued(admin, pending))).toEqual([...names].sort());
    expect(await proofsOf(admin, pending)).toEqual({
      '*.auto.bind.test': 'dns-01',
      'auto.web.test': 'http-01',
      'auto.pdns.test': 'dns-01',
    });
    expect(await cleanedUp(world())).toEqual([]);
  });

  it('are revoked at the CA', async () => {
    const { admin, pebble } = world();
    const certificate = await issued(
      admin,
      await request(admin, { authority: await authorityOf('acme-issuer'), names: ['revoked.bind.test'] }),
    );
    const { serialNumber } = new X509Certificate(certificate.body);
    expect((await pebble.certificateStatus(serialNumber)).status).toBe('Valid');
    expectOk(await admin.put(`/certificates/${certificate.id}/revoke`, { crlReason: 'keyCompromise' }));
    expect(await pebble.certificateStatus(serialNumber)).toEqual({ status: 'Revoked', reason: 1 });
  });

  describe('that cannot be had', () => {
    it('say why, are tried again and given up in the end, with nothing left in DNS', async () => {
      const { admin, pebble } = world();
      const before = pebble.ordersMade();
      const pending = await request(admin, { authority: await authorityOf('acme-issuer'), names: ['unseen.split.test', 'fine.pdns.test'] });
      const isOver = async () => (await pendingOf(admin, pending.id)).state === 'failed';
      await waitUntil('the order to be given up', isOver, 60_000);
      const given = await pendingOf(admin, pending.id);
      expect(given).toMatchObject({ resolved: true, resolvedCertId: null, numberAttempts: 4 });
      expect(given.lastError).toMatch(/unseen\.split\.test/);
      expect(pebble.ordersMade() - before).toBe(4);
      expect(await cleanedUp(world())).toEqual([]);
    }, 90_000);

    it('are forgotten when they are cancelled, and never come', async () => {
      const { admin, pebble } = world();
      const before = pebble.certificatesIssued();
      const pending = await request(admin, { authority: await authorityOf('acme-issuer'), names: ['cancelled.nobody-serves.test'] });
      await waitUntil('a first attempt', async () => (await pendingOf(admin, pending.id)).lastError !== null, 30_000);
      expect((await pendingOf(admin, pending.id)).lastError).toMatch(/nobody-serves\.test/);
      expect((await admin.api('DELETE', `/pending_certificates/${pending.id}`, { note: 'no longer wanted' })).status).toBe(204);
      expect((await admin.get(`/pending_certificates/${pending.id}`)).status).toBe(404);
      expect(expectOk(await admin.get('/certificates?filter=cn;cancelled.nobody-serves.test')).total).toBe(0);
      expect(pebble.certificatesIssued()).toBe(before);
      expect(await cleanedUp(world())).toEqual([]);
    });

    it.each([
      { what: 'a directory where nobody answers', options: { acme_url: 'https://127.0.0.1:9/dir' }, says: /127\.0\.0\.1:9|refused/ },
      { what: 'a directory that the guard keeps away', options: { acme_url: 'https://192.168.7.7/dir' }, says: /192\.168\.7\.7/ },
      { what: 'a server that no CA vouches for', options: { ca_bundle: '' }, says: /certificate/ },
      { what: 'half of an external account', options: { eab_kid: 'kid' }, says: /eab_hmac_key/ },
      { what: 'a profile that the CA does not offer', options: { profile: 'shortlived' }, says: /shortlived.*not offered/ },
    ])('because of $what are refused when the authority is saved', async ({ options, says }) => {
      const { admin, pebble } = world();
      const name = `refused ${JSON.stringify(options)}`;
      const body = await acmeAuthorityBody(
        pebble,
        { name, commonName: name, owner: 'pki@corp.test', type: 'root', validityYears: 10 },
        options,
      );
      const answer = await admin.post('/authorities', body);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(505);
      expect(answer.text).toMatch(says);
      expect(answer.text).not.toContain(world().powerDns.apiKey);
    });

    it('by HTTP-01 because of a wildcard are refused at once', async () => {
      const { admin } = world();
      const authority = await authorityOf('acme-http-issuer');
      const now = Date.now();
      const answer = await admin.post('/certificates', {
        owner: 'team@corp.test',
        authority: { id: authority.id },
        commonName: '*.web.test',
        keyType: 'ECCPRIME256V1',
        validityStart: new Date(now).toISOString(),
        validityEnd: new Date(now + 86_400_000).toISOString(),
      });
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(/wildcard/);
    });
  });
});

describeWithPeers(['pebble', 'power-dns', 'bind'], 'an ACME CA that wants an account of its customers', () => {
  const hmacKey = 'c2lmYWthLXNpZmFrYS1zaWZha2Etc2lmYWthLXNpZmFrYQ';
  const world = useAcmeWorld({ pebble: { eabKeys: { customer: hmacKey } } });

  it('issues for an authority that is bound to one, and refuses others when they are saved', async () => {
    const { admin, pebble } = world();
    for (const options of [
      {},
      { eab_kid: 'stranger', eab_hmac_key: hmacKey },
      { eab_kid: 'customer', eab_hmac_key: 'YW5vdGhlciBrZXkgb2YgYW5vdGhlciBjdXN0b21lciE' },
    ]) {
      const name = `unbound ${JSON.stringify(options).length}`;
      const body = await acmeAuthorityBody(
        pebble,
        { name, commonName: name, owner: 'pki@corp.test', type: 'root', validityYears: 10 },
        options,
      );
      const answer = await admin.post('/authorities', body);
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(/eab_kid|external account|hmac/i);
      expect(answer.text).not.toContain(hmacKey);
    }
    const authority = await createAcmeAuthority(admin, pebble, { eab_kid: 'customer', eab_hmac_key: hmacKey });
    const certificate = await issued(admin, await request(admin, { authority, names: ['bound.pdns.test'] }));
    expect(namesOf(certificate)).toEqual(['bound.pdns.test']);
    expect(JSON.stringify(expectOk(await admin.get(`/authorities/${authority.id}`)))).not.toContain(hmacKey);
  });
});
