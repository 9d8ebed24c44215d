import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDomain, updateAuthority, type AuthorityRecord } from '@sifaka/contracts';
import { aPrincipal, type TestPlatform } from '@sifaka/testing';
import { admin, anAuthority, anIssuer, aSubCa, dns, issue, verified } from './an-issuer.js';

let platform: TestPlatform;
let root: AuthorityRecord;
const operator = aPrincipal({ roles: [{ id: 12, name: 'operators of the authority' }] });

beforeAll(async () => {
  platform = await anIssuer({ SIFAKA_ALLOWED_DOMAINS: '["^[a-z0-9-]+\\\\.corp\\\\.test"]', SIFAKA_ALLOW_WEEKEND_EXPIRATION: 'false' });
  root = await anAuthority(platform, { name: 'Policy Root', commonName: 'Policy Root' });
});
afterAll(() => platform.stop());

const refusal = (path: string, reason?: string) => ({ code: 'invalid_argument', fields: expect.arrayContaining([expect.objectContaining({ path })]), ...(reason !== undefined && { reason }) });

describe('who asks', () => {
  it('needs a role of the authority', async () => {
    await expect(issue(platform, root, {}, aPrincipal())).rejects.toMatchObject({ code: 'permission_denied' });
    expect(await issue(platform, root, {}, operator)).toMatchObject({ userId: 42 });
  });

  it('is not let in with role read-only, whatever else it holds', async () => {
    const both = aPrincipal({ roles: [{ id: 12, name: 'operators' }, 'read-only'] });
    await expect(issue(platform, root, {}, both)).rejects.toMatchObject({ code: 'permission_denied' });
  });
});

describe('names', () => {
  it('stay within the allowed domains, for everybody but administrators', async () => {
    await expect(issue(platform, root, { commonName: 'evil.com' }, operator)).rejects.toMatchObject(refusal('commonName', 'policy.domain_not_allowed'));
    await expect(issue(platform, root, { extensions: dns('*.corp.test') }, operator)).rejects.toMatchObject(refusal('extensions.subAltNames.names'));
    expect(await issue(platform, root, { commonName: 'evil.com' })).toMatchObject({ cn: 'evil.com' });
  });

  it('are not those marked as sensitive', async () => {
    await platform.call('gateway', createDomain, { name: 'crown.corp.test', sensitive: true }, { principal: admin });
    await expect(issue(platform, root, { extensions: dns('crown.corp.test') }, operator)).rejects.toMatchObject(refusal('extensions.subAltNames.names', 'policy.domain_sensitive'));
    await expect(issue(platform, root, { commonName: 'Crown.CORP.test' }, operator)).rejects.toMatchObject(refusal('commonName', 'policy.domain_sensitive'));
    await platform.call('gateway', createDomain, { name: 'Jewel.corp.test', sensitive: true }, { principal: admin });
    await expect(issue(platform, root, { extensions: dns('jewel.corp.test') }, operator)).rejects.toMatchObject(refusal('extensions.subAltNames.names', 'policy.domain_sensitive'));
    expect(await issue(platform, root, { commonName: 'SUB.corp.test' }, operator)).toMatchObject({ cn: 'SUB.corp.test' });
    expect(await issue(platform, root, { commonName: 'sub.corp.test' }, operator)).toMatchObject({ cn: 'sub.corp.test' });
  });

  it('may be those of people, which are no domains', async () => {
    expect(await issue(platform, root, { commonName: 'Ada Lovelace' }, operator)).toMatchObject({ domains: [] });
  });

  it('are needed, unless the authority does without a common name', async () => {
    await expect(issue(platform, root, { commonName: '' })).rejects.toMatchObject(refusal('Schema.commonName'));
    const lax = await anAuthority(platform, { plugin: { slug: 'cryptography-issuer', pluginOptions: [{ name: 'cn_optional', value: true }] } });
    await expect(issue(platform, lax, { commonName: '' })).rejects.toMatchObject(refusal('Schema.subjectAltNames'));
    const certificate = await issue(platform, lax, { commonName: '', extensions: dns('nocn.corp.test') });
    expect(certificate).toMatchObject({ cn: null, commonName: '', name: expect.stringMatching(/^nocn\.corp\.test-/) });
    expect(verified(certificate)).toBe('leaf.pem: OK');
  });
});

describe('validity', () => {
  const ends = (days: number, hours = 0) => new Date(new Date(root.authorityCertificate.notAfter).getTime() + days * 86_400_000 + hours * 3_600_000).toISOString();
  const dates = (validityStart: string | null, validityEnd: string | null) => ({ validityYears: null, validityStart, validityEnd });

  it('is a pair, in order, within that of the authority', async () => {
    await expect(issue(platform, root, dates(ends(-10), null))).rejects.toMatchObject(refusal('Schema.validity'));
    await expect(issue(platform, root, dates(ends(-10), ends(-10)))).rejects.toMatchObject(refusal('Schema.validity', 'policy.validity_order'));
    await expect(issue(platform, root, dates(ends(-10), ends(1)))).rejects.toMatchObject(refusal('Schema.validityEnd', 'policy.validity_after_authority'));
    await expect(issue(platform, root, dates('2020-01-01T00:00:00Z', ends(-10)))).rejects.toMatchObject(refusal('Schema.validityStart'));
  });

  it('ends at no weekend where the installation says so', async () => {
    await expect(issue(platform, root, dates(new Date().toISOString(), '2028-01-01T12:00:00Z'))).rejects.toMatchObject(refusal('Schema.validityEnd', 'policy.validity_weekend'));
    await expect(issue(platform, root, dates(new Date().toISOString(), '2028-01-02T12:00:00Z'))).rejects.toMatchObject(refusal('Schema.validityEnd', 'policy.validity_weekend'));
    const certificate = await issue(platform, root, { validityYears: 3 });
    expect([0, 6]).not.toContain(new Date(certificate.notAfter).getUTCDay());
  });

  it('has a default, and converts offsets', async () => {
    const plain = await issue(platform, root, { validityYears: null });
    const days = (Date.parse(plain.notAfter) - Date.parse(plain.notBefore)) / 86_400_000;
    expect(days).toBeGreaterThan(362);
    expect(days).toBeLessThanOrEqual(365);
    const offset = await issue(platform, root, dates(new Date().toISOString(), '2029-03-02T02:00:00+05:00'));
    expect(new Date(offset.notAfter).toISOString()).toBe('2029-03-01T21:00:00.000Z');
  });

  it('of an authority ends with its parent', async () => {
    await expect(aSubCa(platform, root, { validityYears: 20 })).rejects.toMatchObject(refusal('Schema.validityEnd', 'policy.validity_after_authority'));
    const below = await aSubCa(platform, root, { validityYears: null });
    expect(Date.parse(below.authorityCertificate.notAfter)).toBeLessThanOrEqual(Date.parse(root.authorityCertificate.notAfter));
  });
});

describe('a certificate', () => {
  it('cannot be an authority in disguise', async () => {
    await expect(issue(platform, root, { extensions: { basicConstraints: { ca: true } } })).rejects.toMatchObject(refusal('extensions.basicConstraints', 'policy.ca_extension'));
    await expect(issue(platform, root, { extensions: { keyUsage: { useKeyCertSign: true } } })).rejects.toMatchObject(refusal('extensions.keyUsage'));
    const custom = [{ oid: '2.5.29.19', encoding: 'b64asn1', value: 'MAMBAf8=' }];
    await expect(issue(platform, root, { extensions: { custom } })).rejects.toMatchObject(refusal('extensions.custom.0.oid'));
  });

  it('comes from an active authority only', async () => {
    const idle = await anAuthority(platform);
    const update = { id: idle.id, owner: idle.owner, ownerRoleId: 10, description: null, active: false, roleIds: [11], options: null };
    expect(await platform.call('gateway', updateAuthority, update, { principal: admin })).toMatchObject({ active: false, roleIds: [11] });
    await expect(issue(platform, idle)).rejects.toMatchObject(refusal('authority', 'policy.authority_inactive'));
  });

  it.each([
    ['keyType', { keyType: 'RSA1024' }],
    ['signingAlgorithm', { signingAlgorithm: 'md5WithRSA' }],
    ['country', { country: 'N1' }],
    ['authority', { authority: { name: 'Nobody' } }],
    ['rotationPolicy', { rotationPolicy: { id: 999 } }],
    ['replaces', { replaces: [{ id: 987_654 }] }],
    ['csr', { csr: 'no request' }],
  ])('is refused with a wrong %s', async (path, parts) => {
    await expect(issue(platform, root, parts)).rejects.toMatchObject(refusal(path));
  });

  it('does not go below an authority that allows none', async () => {
    const last = await aSubCa(platform, root, { extensions: { basicConstraints: { ca: true, path_length: 0 } } });
    await expect(aSubCa(platform, last, { validityYears: 1 })).rejects.toMatchObject(refusal('parent'));
    expect(verified(await issue(platform, last))).toBe('leaf.pem: OK');
  });

  it('keeps to the name constraints above it', async () => {
    const names = { permitted: [{ nameType: 'DNSName', value: 'corp.test' }], excluded: [] };
    const bound = await aSubCa(platform, root, { extensions: { nameConstraints: names } });
    await expect(issue(platform, bound, { commonName: 'other.test' })).rejects.toMatchObject(refusal('authority'));
    expect(verified(await issue(platform, bound))).toBe('leaf.pem: OK');
  });
});

describe('a signing request', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sifaka-csr-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const csr = (...args: string[]): string => {
    execFileSync('openssl', ['req', '-new', '-nodes', '-keyout', join(folder, 'k.pem'), '-out', join(folder, 'r.pem'), ...args], { stdio: 'ignore' });
    return readFileSync(join(folder, 'r.pem'), 'utf8');
  };

  it('decides subject, names and extensions, and leaves the key where it is', async () => {
    const request = csr('-newkey', 'rsa:2048', '-subj', '/CN=own.corp.test/O=Own', '-addext', 'subjectAltName=DNS:alt.corp.test', '-addext', 'extendedKeyUsage=clientAuth');
    const certificate = await issue(platform, root, { csr: request, commonName: 'ignored.corp.test', extensions: dns('ignored.corp.test'), organization: 'Ignored' });
    expect(certificate).toMatchObject({ cn: 'own.corp.test', hasPrivateKey: false, keyType: 'RSA2048', distinguishedName: 'O=Own,CN=own.corp.test' });
    expect(certificate.domains.map(({ name }) => name)).toEqual(['own.corp.test', 'alt.corp.test']);
    expect(certificate.extensions).toMatchObject({ extendedKeyUsage: { useClientAuthentication: true } });
  });

  it('is bound by the domain rules', async () => {
    const request = csr('-newkey', 'rsa:2048', '-subj', '/CN=own.corp.test', '-addext', 'subjectAltName=DNS:evil.com');
    await expect(issue(platform, root, { csr: request }, operator)).rejects.toMatchObject(refusal('extensions.subAltNames.names'));
  });

  it('is refused with a weak key, a wrong signature, or a wish to be a CA', async () => {
    await expect(issue(platform, root, { csr: csr('-newkey', 'rsa:1024', '-subj', '/CN=own.corp.test') })).rejects.toMatchObject(refusal('csr', 'policy.key_size'));
    const ca = csr('-newkey', 'rsa:2048', '-subj', '/CN=own.corp.test', '-addext', 'basicConstraints=critical,CA:TRUE');
    await expect(issue(platform, root, { csr: ca })).rejects.toMatchObject(refusal('csr', 'policy.ca_extension'));
    const good = Buffer.from(csr('-newkey', 'rsa:2048', '-subj', '/CN=own.corp.test').replace(/-----[^-]+-----|\s/g, ''), 'base64');
    good[good.length - 1] = (good.at(-1) ?? 0) ^ 1;
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${good.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    await expect(issue(platform, root, { csr: forged })).rejects.toMatchObject(refusal('csr', 'policy.csr_signature'));
  });
});
