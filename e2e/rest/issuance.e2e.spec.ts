import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createAuthority, expectOk, type Json } from '../harness/index.js';
import { foreignCertificate, foreignRequest, rsa } from './foreign.js';
import { issue, unique, useWorld } from './world.js';

const world = useWorld();

const post = (input: Json) => world().admin.post('/certificates', { owner: 'team@corp.test', authority: { id: world().authority.id }, ...input });
const upload = (input: Json) => world().admin.post('/certificates/upload', { owner: 'team@corp.test', ...input });
const dns = (...names: string[]) => ({ subAltNames: { names: names.map((value) => ({ nameType: 'DNSName', value })) } });
const fieldsOf = (answer: Json) => Object.keys(answer.body.reasons ?? {});

describe('names', () => {
  const dates = (made: Json) => [made.notBefore, made.notAfter].map((text) => text.slice(0, 10).replaceAll('-', '')).join('-');
  const issuer = () => world().authority.name.replaceAll(/[^A-Za-z0-9.]/g, '');

  it.each([
    [{ commonName: 'plain.corp.test' }, 'plain.corp.test'],
    [{ commonName: 'two.corp.test', extensions: dns('two.corp.test', 'other.corp.test') }, 'SAN-two.corp.test'],
    [{ commonName: '*.corp.test' }, 'WILDCARD.corp.test'],
    [{ commonName: 'Some Service', extensions: {} }, 'Some-Service'],
    [{ commonName: 'Føö Bär', extensions: {} }, 'F-o-Bar'],
    [{ commonName: 'xn--mnchen-3ya.de' }, 'xn--mnchen-3ya.de'],
    [{ commonName: 'under_score.corp.test' }, 'under-score.corp.test'],
  ])('of %j start with %s', async (input, start) => {
    const made = await issue(world(), input);
    expect(made.name).toBe(`${start}-${issuer()}-${dates(made)}`);
    expect(made.issuer).toBe(issuer());
  });

  it.each([
    ['my cert', 'my-cert'],
    ['a--b', 'a-b'],
    ['*.x', '.x'],
    ['föö bär', 'foo-bar'],
    ['-edge-', 'edge'],
    ['UPPER_lower', 'UPPER-lower'],
    ['a/b\\c;d', 'a-b-c-d'],
    ["'; drop table certificate; --", 'drop-table-certificate'],
  ])('asked for as "%s" are %s', async (name, slug) => {
    expect((await issue(world(), { name })).name).toBe(slug);
  });

  it('that are nothing but signs do not stop a certificate', async () => {
    const answer = await post({ name: '☃', commonName: 'snowman.corp.test' });
    expect([200, 400]).toContain(answer.status);
  });

  it('that are taken get the serial, then a counter', async () => {
    const name = unique('Taken');
    const base = await issue(world(), { name });
    expect(base.name).toBe(name);
    const next = await issue(world(), { name });
    expect(next.name).toBe(`${name}-${next.serialHex}`);
    const twin = await foreignCertificate({ subject: 'CN=twin.corp.test' });
    const uploads = [];
    for (let index = 0; index < 4; index += 1) uploads.push(expectOk(await upload({ body: twin.body, name })));
    const root = `${name}-${uploads[0].serialHex}`;
    expect(uploads.map((made) => made.name)).toEqual([root, `${root}-1`, `${root}-2`, `${root}-3`]);
  });

  it('of certificates for the same name on the same day differ', async () => {
    const made = [];
    for (let index = 0; index < 3; index += 1) made.push(await issue(world(), { commonName: 'again.corp.test' }));
    expect(new Set(made.map(({ name }) => name)).size).toBe(3);
    expect(made[1].name).toBe(`${made[0].name}-${made[1].serialHex}`);
  });

  it('of self-signed uploads say so', async () => {
    const self = await foreignCertificate({ subject: 'CN=selfie.example.org', notBefore: new Date('2015-05-07T00:00:00Z'), notAfter: new Date('2025-05-12T00:00:00Z') });
    const made = expectOk(await upload({ body: self.body }));
    expect(made).toMatchObject({ name: 'selfie.example.org-selfsigned-20150507-20250512', issuer: '<selfsigned>', chain: null, csr: null });
  });

  it('that are too long are refused', async () => {
    expect((await post({ name: 'x'.repeat(10_001), commonName: 'long.corp.test' })).status).toBe(400);
    const long = await post({ name: 'x'.repeat(9_000), commonName: 'long.corp.test' });
    expect([200, 400]).toContain(long.status);
  });
});

describe('key types', () => {
  it.each([
    ['RSA2048', 'RSA2048', 2048, 'RSA'],
    ['RSA3072', 'RSA3072', 3072, 'RSA'],
    ['RSA4096', 'RSA4096', 4096, 'RSA'],
    ['ECCPRIME256V1', 'ECCPRIME256V1', 256, 'EC'],
    ['ECCSECP256R1', 'ECCPRIME256V1', 256, 'EC'],
    ['ECCSECP384R1', 'ECCSECP384R1', 384, 'EC'],
    ['ECCSECP521R1', 'ECCSECP521R1', 521, 'EC'],
    ['ECCSECP256K1', 'ECCSECP256K1', 256, 'EC'],
    ['ECCPRIME192V1', 'ECCPRIME192V1', 192, 'EC'],
    ['ECCSECP192R1', 'ECCPRIME192V1', 192, 'EC'],
    ['ECCSECP224R1', 'ECCSECP224R1', 224, 'EC'],
    ['ECCSECT283R1', 'ECCSECT283R1', 283, 'EC'],
    ['ECCSECT571K1', 'ECCSECT571K1', 571, 'EC'],
    ['ECCSECT571R2', 'ECCSECT571R2', 571, 'EC'],
  ])('%s is read back as %s, and its key in the traditional form', async (keyType, readBack, bits, kind) => {
    const made = await issue(world(), { keyType });
    expect(made.keyType).toBe(readBack);
    if (!keyType.includes('SECT')) expect(made.bits).toBe(bits);
    const { key } = expectOk(await world().admin.get(`/certificates/${made.id}/key`));
    expect(key.split('\n')[0]).toBe(`-----BEGIN ${kind} PRIVATE KEY-----`);
    expect(key).toBe(key.trim());
  });

  it.each(['RSA', 'RSA1024', 'rsa2048', 'ECC', '', 'Ed448', 'RSA16384', '__proto__'])('"%s" is refused', async (keyType) => {
    const answer = await post({ keyType, commonName: 'kt.corp.test' });
    expect({ status: answer.status, fields: fieldsOf(answer) }).toEqual({ status: 400, fields: ['keyType'] });
  });

  it('defaults to P-256 for certificates and RSA 2048 for authorities', async () => {
    expect(expectOk(await post({ commonName: 'default.corp.test' })).keyType).toBe('ECCPRIME256V1');
    expect((await createAuthority(world().admin, { keyType: undefined, signingAlgorithm: undefined })).authorityCertificate.bits).toBe(2048);
  });
});

describe('extensions', () => {
  const read = async (extensions: Json, more: Json = {}) => (await issue(world(), { commonName: 'ext.corp.test', extensions, ...more })).extensions;
  const allUsages = (on: string[]) => Object.fromEntries(['useDigitalSignature', 'useNonRepudiation', 'useKeyEncipherment', 'useDataEncipherment', 'useKeyAgreement', 'useKeyCertSign', 'useCRLSign', 'useEncipherOnly', 'useDecipherOnly'].map((name) => [name, on.includes(name)]));

  it('come back as they were asked for', async () => {
    const shown = await read({
      keyUsage: { useDigitalSignature: true, useKeyEncipherment: true, nonsense: true },
      extendedKeyUsage: { useServerAuthentication: true, useClientAuthentication: false, useTimestamping: true, useEapOverLAN: true, useSmartCardLogon: true },
      subjectKeyIdentifier: { includeSKI: true },
      authorityKeyIdentifier: { useKeyIdentifier: true },
      subAltNames: {
        names: [
          { nameType: 'DNSName', value: 'ext.corp.test' },
          { nameType: 'IPAddress', value: '192.0.2.10' },
          { nameType: 'IPAddress', value: '2001:db8::1' },
          { nameType: 'IPNetwork', value: '198.51.100.0/24' },
          { nameType: 'uniformResourceIdentifier', value: 'https://ext.corp.test/x' },
          { nameType: 'rfc822Name', value: 'ext@corp.test' },
          { nameType: 'registeredID', value: '1.2.3.4' },
          { nameType: 'x400Address', value: 'dropped' },
          { nameType: 'nonsense', value: 'dropped' },
        ],
      },
    });
    expect(shown.keyUsage).toEqual(allUsages(['useDigitalSignature', 'useKeyEncipherment']));
    expect(shown.extendedKeyUsage).toEqual({ useServerAuthentication: true, useTimestamping: true, useEapOverLAN: true, useSmartCardLogon: true });
    expect(shown.subjectKeyIdentifier).toEqual({ includeSKI: true });
    expect(shown.authorityKeyIdentifier).toMatchObject({ useKeyIdentifier: true });
    expect(shown.subAltNames.names).toEqual([
      { nameType: 'DNSName', value: 'ext.corp.test' },
      { nameType: 'IPAddress', value: '192.0.2.10' },
      { nameType: 'IPAddress', value: '2001:db8::1' },
      { nameType: 'IPNetwork', value: '198.51.100.0/24' },
      { nameType: 'uniformResourceIdentifier', value: 'https://ext.corp.test/x' },
      { nameType: 'rfc822Name', value: 'ext@corp.test' },
      { nameType: 'registeredID', value: '1.2.3.4' },
    ]);
    expect(shown).not.toHaveProperty('basicConstraints');
  });

  it('of domains hold DNS names and addresses of the SAN, in order', async () => {
    const made = await issue(world(), {
      commonName: 'b.corp.test',
      extensions: { subAltNames: { names: [{ nameType: 'DNSName', value: 'a.corp.test' }, { nameType: 'IPAddress', value: '192.0.2.1' }, { nameType: 'DNSName', value: 'b.corp.test' }] } },
    });
    expect(made.domains.map((domain: Json) => domain.name)).toEqual(['a.corp.test', '192.0.2.1', 'b.corp.test']);
    expect(made.san).toBe(true);
    expect(expectOk(await world().plain.get(`/certificates/${made.id}/domains`))).toMatchObject({ total: 3, items: made.domains });
    expect(expectOk(await world().plain.get(`/certificates/${made.id}/notifications`))).toMatchObject({ total: 3, items: made.notifications });
    for (const list of ['destinations', 'sources']) expect(expectOk(await world().plain.get(`/certificates/${made.id}/${list}`))).toEqual({ items: [], total: 0 });
  });

  it('put the common name first among the names when it is missing there', async () => {
    const made = await issue(world(), { commonName: 'first.corp.test', extensions: dns('second.corp.test') });
    expect(made.domains.map((domain: Json) => domain.name)).toEqual(['first.corp.test', 'second.corp.test']);
    expect((await issue(world(), { commonName: 'Human Name', extensions: dns('only.corp.test') })).domains).toHaveLength(1);
  });

  it.each([
    ['encipher-only', { useEncipherOnly: true }, ['useKeyAgreement', 'useEncipherOnly']],
    ['decipher-only', { useDecipherOnly: true }, ['useKeyAgreement', 'useDecipherOnly']],
    ['nothing', { useCRLSign: false, useDigitalSignature: true }, ['useDigitalSignature']],
  ])('of key usage with %s', async (_title, keyUsage, on) => {
    expect((await read({ keyUsage })).keyUsage).toEqual(allUsages(on));
  });

  it.each([
    ['both encipher- and decipher-only', { keyUsage: { useEncipherOnly: true, useDecipherOnly: true } }],
    ['a path length that is no number', { basicConstraints: { ca: true, path_length: 'x' } }],
    ['a bad address', { subAltNames: { names: [{ nameType: 'IPAddress', value: '999.1.1.1' }] } }],
    ['a bad network', { subAltNames: { names: [{ nameType: 'IPNetwork', value: '10.0.0.0/99' }] } }],
    ['an empty name', { subAltNames: { names: [{ nameType: 'DNSName', value: '' }] } }],
    ['a name that is no text', { subAltNames: { names: [{ nameType: 'DNSName', value: 5 }] } }],
    ['a bad identifier', { subAltNames: { names: [{ nameType: 'registeredID', value: 'abc' }] } }],
    ['names that are no list', { subAltNames: { names: 'a.corp.test' } }],
    ['a custom one of a bad encoding', { custom: [{ oid: '1.2.3', encoding: 'rot13', value: 'x', isCritical: false }] }],
    ['a custom one of a bad identifier', { custom: [{ oid: 'one', encoding: 'string', value: 'x', isCritical: false }] }],
    ['more names than a certificate may have', dns(...Array.from({ length: 1_001 }, (_, index) => `h${index}.corp.test`))],
  ])('refuse %s', async (_title, extensions) => {
    const answer = await post({ commonName: 'bad.corp.test', extensions });
    expect({ status: answer.status, fields: fieldsOf(answer) }).toEqual({ status: 400, fields: ['extensions'] });
  });

  it('name international domains in ASCII', async () => {
    expect((await read(dns('münchen.corp.test'))).subAltNames.names).toContainEqual({ nameType: 'DNSName', value: 'xn--mnchen-3ya.corp.test' });
  });

  it('of custom identifiers are in the certificate', async () => {
    const made = await issue(world(), { extensions: { ...dns('custom.corp.test'), custom: [{ oid: '1.2.3.4.5', encoding: 'ia5string', value: 'hello', isCritical: false }] } });
    expect(Buffer.from(new X509Certificate(made.body).raw).includes(Buffer.from('hello'))).toBe(true);
  });

  it('never make a certificate an authority by themselves', async () => {
    const answer = await post({ commonName: 'ca.corp.test', extensions: { basicConstraints: { ca: true }, keyUsage: { useKeyCertSign: true } } });
    if (answer.status === 200) expect(new X509Certificate(answer.body.body).ca).toBe(false);
    else expect({ status: answer.status, fields: fieldsOf(answer) }).toEqual({ status: 400, fields: ['extensions'] });
  });
});

describe('signing requests', () => {
  it('bring their names and key, and leave the private key where it is', async () => {
    const csr = await foreignRequest('CN=csr.corp.test', [{ type: 'dns', value: 'csr.corp.test' }, { type: 'dns', value: 'alt.corp.test' }], rsa(2048));
    const made = expectOk(await post({ csr, commonName: 'other.corp.test', keyType: 'ECCPRIME256V1', extensions: dns('ignored.corp.test') }));
    expect(made).toMatchObject({ cn: 'csr.corp.test', keyType: 'RSA2048', hasPrivateKey: false });
    expect(made.domains.map((domain: Json) => domain.name)).toEqual(['csr.corp.test', 'alt.corp.test']);
    expect(expectOk(await world().admin.get(`/certificates/${made.id}/key`))).toEqual({ key: null });
    const exported = await world().admin.post(`/certificates/${made.id}/export`, { plugin: { slug: 'openssl-export', pluginOptions: [{ name: 'type', value: 'PKCS12 (.p12)' }] } });
    expect(exported.status).toBe(400);
  });

  it('are refused when they are not what they say', async () => {
    const csr = await foreignRequest('CN=csr.corp.test');
    const tampered = csr.replace(/\n(.{20})(.)/, (_, head: string, char: string) => `\n${head}${char === 'A' ? 'B' : 'A'}`);
    for (const bad of [tampered, 'text', '-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----', csr.slice(0, 200), world().authority.authorityCertificate.body]) {
      const answer = await post({ csr: bad, commonName: 'a.corp.test' });
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body.reasons)).toMatch(/csr/i);
    }
  });
});

describe('validity', () => {
  const day = 86_400_000;
  const at = (ms: number) => new Date(ms).toISOString();
  const schemaRefusal = (answer: Json) => ({ status: answer.status, fields: fieldsOf(answer) });

  it.each([
    ['a start without an end', () => ({ validityStart: at(Date.now()) })],
    ['an end without a start', () => ({ validityEnd: at(Date.now() + day) })],
    ['an end before the start', () => ({ validityStart: at(Date.now() + 2 * day), validityEnd: at(Date.now() + day) })],
    ['an end at the start', () => ({ validityStart: '2027-01-01T00:00:00', validityEnd: '2027-01-01T00:00:00' })],
  ])('refuses %s', async (_title, input) => {
    expect(schemaRefusal(await post({ commonName: 'v.corp.test', ...input() }))).toEqual({ status: 400, fields: ['Schema'] });
  });

  it('stays within the authority, by date', async () => {
    const { authorityCertificate } = world().authority;
    const [first, last] = [authorityCertificate.notBefore, authorityCertificate.notAfter].map((text: string) => text.slice(0, 10));
    const after = at(new Date(`${last}T00:00:00Z`).getTime() + day);
    const before = at(new Date(`${first}T00:00:00Z`).getTime() - 1_000);
    expect((await post({ commonName: 'v.corp.test', validityStart: `${first}T23:59:59`, validityEnd: after })).status).toBe(400);
    expect((await post({ commonName: 'v.corp.test', validityStart: before, validityEnd: at(Date.now() + day) })).status).toBe(400);
    expect((await post({ commonName: 'v.corp.test', validityStart: `${first}T23:59:59`, validityEnd: `${last}T00:00:00` })).status).toBe(200);
    expect((await post({ commonName: 'v.corp.test', validityYears: 50 })).status).toBe(400);
  });

  it('in years overrides dates; zero years are none', async () => {
    const made = expectOk(await post({ commonName: 'v.corp.test', validityYears: 2, validityStart: '2027-01-01T00:00:00', validityEnd: '2027-02-01T00:00:00' }));
    expect(Number(made.notAfter.slice(0, 4)) - Number(made.notBefore.slice(0, 4))).toBe(2);
    expect(made.notAfter.slice(4, 10)).toBe(made.notBefore.slice(4, 10));
    expect(expectOk(await post({ commonName: 'v.corp.test', validityYears: 0, validityStart: '2027-01-01T00:00:00', validityEnd: '2027-02-01T00:00:00' })).notAfter).toBe('2027-02-01T00:00:00+00:00');
  });

  it('is the authority’s advice where nothing is asked', async () => {
    const made = expectOk(await post({ commonName: 'v.corp.test' }));
    expect((Date.parse(made.notAfter) - Date.parse(made.notBefore)) / day).toBe(365);
  });

  it('may end on any day of the week', async () => {
    for (const end of ['2027-01-09T12:00:00', '2027-01-10T12:00:00']) expect((await post({ commonName: 'v.corp.test', validityStart: '2026-12-01T00:00:00', validityEnd: end })).status).toBe(200);
  });
});
