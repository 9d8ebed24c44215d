import { describe, expect, it } from '@jest/globals';
import { createAuthority, expectOk, type Client, type Json } from '../harness/index.js';
import { createRole, issue, signedUp, unique, useWorld } from './world.js';

const anAuthority = (input: Json = {}) => ({ name: unique('V'), owner: 'v@corp.test', commonName: `Root ${unique('V')}`, keyType: 'ECCPRIME256V1', validityYears: 1, plugin: { slug: 'cryptography-issuer' }, ...input });
const post = (client: Client, authority: Json, commonName: string, input: Json = {}) =>
  client.post('/certificates', { owner: 'team@corp.test', authority: { id: authority.id }, commonName, ...input });

describe('with strict roles', () => {
  const world = useWorld({ env: { LEMUR_STRICT_ROLE_ENFORCEMENT: 'true', ALLOW_CERT_DELETION: 'true' } });
  const withoutBaseRole = async () => {
    const role = await createRole(world().admin);
    const name = unique('user');
    const answer = await world().admin.post('/users', { username: name, email: `${name}@corp.test`, password: 'Correct-horse-9!', active: true, roles: [{ id: role.id }] });
    return answer;
  };

  it('every user holds admin, operator or read-only', async () => {
    expect((await withoutBaseRole()).status).toBe(400);
    const reader = expectOk(await world().readOnly.get('/auth/me'));
    const put = (roles: Json[]) => world().admin.put(`/users/${reader.id}`, { username: reader.username, email: reader.email, active: true, roles });
    expect((await put([])).status).toBe(400);
    expect((await put([{ name: 'read-only' }])).status).toBe(200);
  });

  it('operators write, and issue with a role of the authority alone', async () => {
    const { operator, readOnly, authority, admin } = world();
    const made = await issue(world());
    expect((await operator.post('/domains', { name: 'x.corp.test' })).status).toBe(200);
    expect((await operator.post('/certificates/upload', { owner: 'o@corp.test', body: made.body })).status).toBe(200);
    expect((await post(operator, authority, 'x.corp.test')).status).toBe(403);
    expect((await post(await signedUp(admin, unique('op'), ['operator', 'pki@corp.test']), authority, 'x.corp.test')).status).toBe(200);
    const sharing = await signedUp(admin, unique('reader'), ['read-only', 'pki@corp.test']);
    expect((await post(sharing, authority, 'x.corp.test')).status).toBe(403);
    expect((await sharing.post('/certificates/upload', { owner: 'o@corp.test', body: made.body })).status).toBe(403);
    expect((await sharing.post('/domains', { name: 'x.corp.test' })).status).toBe(403);
    for (const client of [operator, readOnly]) expect((await client.post('/keys', { name: 'own', ttl: 1 })).status).toBe(200);
    expect((await operator.post('/authorities', anAuthority())).status).toBe(403);
  });

  it('admin counts as writer even beside read-only', async () => {
    const both = await signedUp(world().admin, unique('both'), ['admin', 'read-only']);
    expect((await both.post('/domains', { name: 'x.corp.test' })).status).toBe(200);
  });

  it('deletion flags, hides from the list, and happens once', async () => {
    const made = await issue(world());
    const path = `/certificates/${made.id}`;
    expect((await world().operator.delete(path)).status).toBe(403);
    const gone = await world().admin.delete(path);
    expect({ status: gone.status, text: gone.text }).toEqual({ status: 204, text: '' });
    expect((await world().admin.delete(path)).status).toBe(412);
    expect((await world().operator.delete(path)).status).toBe(412);
    expect((await world().admin.delete('/certificates/99999')).status).toBe(404);
    expect(expectOk(await world().admin.get(path)).deleted).toBe(true);
    expect(expectOk(await world().admin.get(`/certificates?id=${made.id}`))).toEqual({ items: [], total: 0 });
    expect(expectOk(await world().admin.get(`/logs?filter=certificate.name;${made.name}&logType=delete_cert`)).total).toBe(1);
    expect((await issue(world(), { name: made.name })).name).not.toBe(made.name);
    const again = await issue(world());
    expect((await world().admin.delete(`/certificates/${again.id}/update/switches`)).status).toBe(204);
  });
});

describe('with everything else configured', () => {
  const world = useWorld({
    env: {
      ADMIN_ONLY_AUTHORITY_CREATION: 'false',
      LEMUR_ALLOWED_DOMAINS: '["^[a-zA-Z0-9-]+\\\\.example\\\\.com$", "^[a-z]+\\\\.open\\\\."]',
      SENSITIVE_DOMAIN_ROLES: '["guardian"]',
      LEMUR_ALLOW_WEEKEND_EXPIRATION: 'false',
      ENFORCE_REPLACES_AUTHORIZATION: 'false',
      LEMUR_DEFAULT_COUNTRY: 'NO',
      LEMUR_DEFAULT_STATE: 'Oslo',
      LEMUR_DEFAULT_LOCATION: 'Oslo',
      LEMUR_DEFAULT_ORGANIZATION: 'Corp, AS',
      LEMUR_DEFAULT_ORGANIZATIONAL_UNIT: 'Platform',
      LEMUR_DEFAULT_AUTHORITY: 'Default Root',
      LEMUR_DEFAULT_ISSUER_PLUGIN: 'cryptography-issuer',
      DEFAULT_VALIDITY_DAYS: '90',
      CHECK_PASSWORD_STRENGTH: 'false',
      CUSTOM_RESPONSE_HEADERS: '{"X-Installation": "test"}',
      LEMUR_OWNER_EMAIL_IN_SUBJECT: 'false',
    },
  });

  it('authorities are made by every writer; below a parent with a role of it', async () => {
    const { plain, operator, readOnly, authority, admin } = world();
    const statuses = [];
    for (const client of [plain, operator, readOnly]) statuses.push((await client.post('/authorities', anAuthority())).status);
    expect(statuses).toEqual([200, 200, 403]);
    expect((await plain.post('/authorities', anAuthority({ type: 'subca', parent: { id: authority.id } }))).status).toBe(403);
    const sharing = await signedUp(admin, unique('sub'), ['pki@corp.test']);
    expect((await sharing.post('/authorities', anAuthority({ type: 'subca', parent: { id: authority.id } }))).status).toBe(200);
  });

  it('names must be allowed from their start, for all but administrators and guardians', async () => {
    const { admin, authority } = world();
    await createRole(admin, { name: 'guardian' });
    const issuer = await signedUp(admin, unique('issuer'), ['pki@corp.test']);
    const guardian = await signedUp(admin, unique('guardian'), ['pki@corp.test', 'guardian']);
    const names = (...values: string[]) => ({ extensions: { subAltNames: { names: values.map((value) => ({ nameType: 'DNSName', value })) } } });
    const statuses = async (client: Client, asks: [string, Json?][]) => {
      const got = [];
      for (const [cn, input] of asks) got.push((await post(client, authority, cn, input)).status);
      return got;
    };
    const asks: [string, Json?][] = [
      ['shop.example.com'],
      ['*.example.com'],
      ['a.shop.example.com'],
      ['shop.example.com.evil.com'],
      ['any.open.elsewhere.test'],
      ['shop.example.com', names('shop.example.com', 'evil.com')],
      ['shop.example.com', { extensions: { subAltNames: { names: [{ nameType: 'IPAddress', value: '192.0.2.1' }, { nameType: 'uniformResourceIdentifier', value: 'https://evil.com/' }, { nameType: 'rfc822Name', value: 'a@evil.com' }] } } }],
      ['Names with spaces'],
      [' evil.com '],
    ];
    expect(await statuses(issuer, asks)).toEqual([200, 400, 400, 400, 200, 400, 200, 200, 400]);
    expect(new Set(await statuses(guardian, asks))).toEqual(new Set([200]));
    expect(new Set(await statuses(admin, asks))).toEqual(new Set([200]));
    const refused = await post(issuer, authority, 'evil.com');
    expect(Object.keys(refused.body.reasons)).toContain('commonName');
    expect((await guardian.put(`/domains/${expectOk(await admin.post('/domains', { name: 'x.corp.test' })).id}`, { name: 'x.corp.test', sensitive: true })).status).toBe(200);
  });

  it('no certificate ends on a Sunday', async () => {
    const end = (validityEnd: string) => post(world().admin, world().authority, 'shop.example.com', { validityStart: '2026-12-01T00:00:00', validityEnd });
    expect((await end('2027-01-10T12:00:00')).status).toBe(400);
    expect((await end('2027-01-11T12:00:00')).status).toBe(200);
    const inYears = expectOk(await post(world().admin, world().authority, 'shop.example.com', { validityYears: 1 }));
    expect(new Date(inYears.notAfter).getUTCDay()).not.toBe(0);
  });

  it('replaced certificates need no right of their own', async () => {
    const foreign = await issue(world(), { owner: 'nobody@corp.test' });
    const upload = await issue(world());
    expect((await world().plain.post('/certificates/upload', { owner: 'p@corp.test', body: upload.body, replaces: [{ id: foreign.id }] })).status).toBe(200);
  });

  it('defaults are told and used', async () => {
    expect(expectOk(await world().plain.get('/defaults'))).toEqual({ country: 'NO', state: 'Oslo', location: 'Oslo', organization: 'Corp, AS', organizationalUnit: 'Platform', issuerPlugin: 'cryptography-issuer', authority: null });
    const authority = await createAuthority(world().admin, { name: 'Default Root', commonName: 'Default Root' });
    expect(expectOk(await world().plain.get('/defaults')).authority).toMatchObject({ id: authority.id, name: 'Default Root', defaultValidityDays: 90 });
    const made = expectOk(await post(world().admin, authority, 'shop.example.com'));
    expect(made.distinguishedName).toBe('L=Oslo,ST=Oslo,C=NO,OU=Platform,O=Corp\\, AS,CN=shop.example.com');
    expect(Math.round((Date.parse(made.notAfter) - Date.parse(made.notBefore)) / 86_400_000)).toBeLessThanOrEqual(90);
    expect(expectOk(await post(world().admin, authority, 'shop.example.com', { organization: '', state: '', location: '', country: '' })).distinguishedName).toBe('OU=Platform,CN=shop.example.com');
  });

  it('passwords may be weak, and every answer carries the configured headers', async () => {
    const name = unique('weak');
    expect((await world().admin.post('/users', { username: name, email: `${name}@corp.test`, password: 'x', active: true })).status).toBe(200);
    for (const path of ['/healthcheck', '/nope', '/users']) expect((await world().anonymous.get(path)).headers.get('x-installation')).toBe('test');
  });
});
