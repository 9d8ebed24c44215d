import { beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority, expectOk, type Client, type Json } from '../harness/index.js';
import { createRole, createUser, issue, signedUp, unique, useWorld } from './world.js';

const world = useWorld({ env: { ALLOW_CERT_DELETION: 'true' } });

const columns = ['anonymous', 'plain', 'operator', 'readOnly', 'admin', 'key'] as const;
type Statuses = readonly [none: number, plain: number, operator: number, readOnly: number, admin: number, key: number];

/** Everything that exists in the matrix; made by an administrator, shared with nobody. */
interface Things {
  user: Json;
  role: Json;
  certificate: Json;
  domain: Json;
  notification: Json;
  apiKey: number;
}
let things: Things;
beforeAll(async () => {
  const { admin } = world();
  const user = await createUser(admin);
  const { jwt } = expectOk(await admin.post(`/users/${user.id}/keys`, { name: 'other', ttl: 1 }));
  things = {
    user,
    role: await createRole(admin, { username: 'shared', password: 'hidden', users: [{ id: user.id }] }),
    certificate: await issue(world(), { owner: 'matrix@corp.test' }),
    domain: expectOk(await admin.post('/domains', { name: 'matrix.corp.test' })),
    notification: expectOk(await admin.post('/notifications', aNotification())),
    apiKey: JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString()).aid,
  };
});

const read: Statuses = [401, 200, 200, 200, 200, 200];
const adminOnly: Statuses = [401, 403, 403, 403, 200, 200];
const writer: Statuses = [401, 200, 200, 403, 200, 200];

/** Operation, body for it (made anew for each caller), expected statuses; paths in terms of the things above. */
type Row = readonly [method: string, path: string, body: (() => Json) | undefined, statuses: Statuses];

const aUser = () => ({ username: unique('m'), email: `${unique('m')}@corp.test`, password: 'Correct-horse-3!', active: true, roles: [] });
const anUpload = async () => {
  const made = await issue(world());
  return { owner: 'upload@corp.test', body: made.body, chain: made.chain };
};
const aRequest = () => ({ owner: 'm@corp.test', authority: { id: world().authority.id }, commonName: `${unique('m')}.corp.test` });
const anAuthority = () => ({ name: unique('M'), owner: 'm@corp.test', commonName: unique('M'), keyType: 'ECCPRIME256V1', plugin: { slug: 'cryptography-issuer' }, validityYears: 1 });
const aKeyOf = (user: () => Json) => () => ({ name: 'x', ttl: 1, user: { id: user().id, username: user().username, email: user().email } });
const anEdit = () => ({ owner: 'matrix@corp.test', roles: [{ name: 'matrix@corp.test' }] });
const aNotification = () => ({ label: unique('m'), description: 'of the matrix', plugin: { slug: 'email-notification', pluginOptions: Object.entries({ interval: 30, unit: 'days', recipients: 'm@corp.test' }).map(([name, value]) => ({ name, value })) } });
const anExport = (slug: string) => () => ({ plugin: { slug, pluginOptions: slug === 'openssl-export' ? [{ name: 'type', value: 'PKCS12 (.p12)' }] : [] } });

const rows: Row[] = [
  ['GET', '/auth/me', undefined, read],
  ['GET', '/auth/providers', undefined, [200, 200, 200, 200, 200, 200]],
  ['GET', '/healthcheck', undefined, [200, 200, 200, 200, 200, 200]],
  ['GET', '/users', undefined, read],
  ['GET', '/users/{user}', undefined, read],
  ['GET', '/users/{user}/roles', undefined, read],
  ['POST', '/users', aUser, adminOnly],
  ['PUT', '/users/{user}', () => ({ ...aUser(), password: undefined, roles: [{ id: things.role.id }] }), adminOnly],
  ['GET', '/users/{user}/keys', undefined, read],
  ['POST', '/users/{user}/keys', () => ({ name: 'x', ttl: 1 }), adminOnly],
  ['GET', '/users/{user}/keys/{apiKey}', undefined, adminOnly],
  ['PUT', '/users/{user}/keys/{apiKey}', () => ({ ...aKeyOf(() => things.user)(), id: things.apiKey, revoked: false }), adminOnly],
  ['GET', '/roles', undefined, read],
  ['GET', '/roles/{role}/users', undefined, read],
  ['POST', '/roles', () => ({ name: unique('m') }), adminOnly],
  ['GET', '/roles/{role}', undefined, adminOnly],
  ['GET', '/roles/{role}/credentials', undefined, adminOnly],
  ['PUT', '/roles/{role}', () => ({ name: things.role.name, users: [{ id: things.user.id }] }), adminOnly],
  ['GET', '/authorities', undefined, read],
  ['GET', '/authorities/{authority}', undefined, read],
  ['GET', '/authorities/{authority}/roles', undefined, read],
  ['GET', '/authorities/{authority}/visualize', undefined, read],
  ['POST', '/authorities', anAuthority, adminOnly],
  ['PUT', '/authorities/{authority}', () => ({ owner: 'pki@corp.test', description: 'x', roles: world().authority.roles }), adminOnly],
  ['GET', '/certificates', undefined, read],
  ['GET', '/certificates/valid?filter=cn;%25&count=1&page=1', undefined, read],
  ['GET', '/certificates/stats?metric=bits', undefined, read],
  ['GET', '/certificates/name/any', undefined, read],
  ['GET', '/certificates/{certificate}', undefined, read],
  ['GET', '/certificates/{certificate}/update/switches', undefined, read],
  ['POST', '/certificates', aRequest, adminOnly],
  ['POST', '/certificates/upload', anUpload, writer],
  ['POST', '/certificates/upload', async () => ({ ...(await anUpload()), externalId: 'x' }), [401, 403, 403, 403, 403, 403]],
  ['PUT', '/certificates/{certificate}', anEdit, adminOnly],
  ['PUT', '/certificates/{certificate}/update/switches', anEdit, adminOnly],
  ['POST', '/certificates/{certificate}', () => ({ notify: true }), adminOnly],
  ['POST', '/certificates/{certificate}', () => ({}), adminOnly],
  ['POST', '/certificates/{certificate}/update/switches', () => ({ rotation: false }), adminOnly],
  ['POST', '/certificates/{certificate}/update/owner', () => ({ owner: 'matrix@corp.test' }), adminOnly],
  ['PUT', '/certificates/{certificate}/description', () => ({ description: 'x' }), adminOnly],
  ['GET', '/certificates/{certificate}/key', undefined, adminOnly],
  ['POST', '/certificates/{certificate}/export', anExport('openssl-export'), adminOnly],
  ['POST', '/certificates/{certificate}/export', anExport('java-keystore-jks'), adminOnly],
  ['POST', '/certificates/{certificate}/export', anExport('openssl-csr'), adminOnly],
  ['POST', '/certificates/{certificate}/export', anExport('java-truststore-jks'), read],
  ['GET', '/certificates/{certificate}/authority', undefined, read],
  ['GET', '/certificates/{certificate}/creator', undefined, read],
  ['GET', '/certificates/{certificate}/destinations', undefined, read],
  ['GET', '/certificates/{certificate}/sources', undefined, read],
  ['GET', '/certificates/{certificate}/domains', undefined, read],
  ['GET', '/certificates/{certificate}/notifications', undefined, read],
  ['GET', '/certificates/{certificate}/replacements', undefined, [401, 404, 404, 404, 404, 404]],
  ['PUT', '/certificates/{certificate}/deactivate', undefined, [401, 403, 403, 403, 400, 400]],
  ['GET', '/domains', undefined, read],
  ['GET', '/domains/{domain}', undefined, read],
  ['POST', '/domains', () => ({ name: 'any.corp.test' }), writer],
  ['PUT', '/domains/{domain}', () => ({ name: 'matrix.corp.test' }), adminOnly],
  ['GET', '/notifications', undefined, read],
  ['GET', '/notifications/{notification}', undefined, read],
  ['GET', '/notifications/{notification}/certificates', undefined, read],
  ['GET', '/notifications/{notification}/deliveries', undefined, read],
  ['GET', '/deliveries', undefined, read],
  ['POST', '/notifications', aNotification, writer],
  ['PUT', '/notifications/{notification}', aNotification, writer],
  ['GET', '/plugins', undefined, read],
  ['GET', '/plugins/openssl-export', undefined, read],
  ['GET', '/keys', undefined, read],
  ['POST', '/keys', () => ({ name: 'own', ttl: 1 }), read],
  ['POST', '/keys', aKeyOf(() => things.user), adminOnly],
  ['GET', '/keys/{apiKey}', undefined, adminOnly],
  ['GET', '/keys/{apiKey}/described', undefined, adminOnly],
  ['PUT', '/keys/{apiKey}', () => ({ ...aKeyOf(() => things.user)(), id: things.apiKey, revoked: false }), adminOnly],
  ['GET', '/logs', undefined, read],
  ['GET', '/defaults', undefined, read],
  ['PATCH', '/certificates', undefined, [405, 405, 405, 405, 405, 405]],
  // An empty body: what the caller may not do is told after what is wrong with the request, or before.
  ['POST', '/users', () => ({}), [401, 400, 400, 400, 400, 400]],
  ['PUT', '/users/{user}', () => ({}), [401, 400, 400, 400, 400, 400]],
  ['POST', '/roles', () => ({}), [401, 400, 400, 400, 400, 400]],
  ['PUT', '/roles/{role}', () => ({}), [401, 403, 403, 403, 400, 400]],
  ['POST', '/authorities', () => ({}), [401, 400, 400, 400, 400, 400]],
  ['PUT', '/authorities/{authority}', () => ({}), [401, 400, 400, 400, 400, 400]],
  ['POST', '/certificates', () => ({}), [401, 400, 400, 400, 400, 400]],
  ['POST', '/certificates/upload', () => ({}), [401, 400, 400, 400, 400, 400]],
  ['PUT', '/certificates/{certificate}', () => ({}), [401, 403, 403, 403, 400, 400]],
  ['PUT', '/certificates/{certificate}/description', () => ({}), [401, 403, 403, 403, 400, 400]],
  ['POST', '/certificates/{certificate}/update/owner', () => ({}), [401, 400, 400, 400, 400, 400]],
  ['POST', '/certificates/{certificate}/export', () => ({}), [401, 400, 400, 400, 400, 400]],
  ['POST', '/users/{user}/keys', () => ({}), [401, 403, 403, 403, 400, 400]],
  ['POST', '/domains', () => ({}), [401, 400, 400, 400, 400, 400]],
  ['PUT', '/domains/{domain}', () => ({}), [401, 400, 400, 400, 400, 400]],
  ['POST', '/notifications', () => ({}), [401, 400, 400, 400, 400, 400]],
  ['PUT', '/notifications/{notification}', () => ({}), [401, 400, 400, 400, 400, 400]],
];

const pathOf = (path: string) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (name === 'authority') return String(world().authority.id);
    if (name === 'apiKey') return String(things.apiKey);
    if (name === 'notification') return String(things.notification.id);
    return String(name === 'user' ? things.user.id : name === 'role' ? things.role.id : name === 'certificate' ? things.certificate.id : things.domain.id);
  });

describe('the permission matrix', () => {
  it.each(rows)('%s %s', async (method, path, body, statuses) => {
    const got: number[] = [];
    for (const who of columns) {
      const answer = await world()[who].api(method, pathOf(path), await body?.());
      got.push(answer.status);
      if (answer.status >= 400) expect(typeof answer.body.message).toBe('string');
    }
    expect(got).toEqual([...statuses]);
  });

  const once = async (make: () => Promise<string>, method: string, statuses: Statuses, body?: Json) => {
    const got: number[] = [];
    for (const who of columns) got.push((await world()[who].api(method, await make(), body)).status);
    expect(got).toEqual([...statuses]);
  };
  it('DELETE /roles/{id}', () => once(async () => `/roles/${(await createRole(world().admin)).id}`, 'DELETE', adminOnly));
  it('DELETE /certificates/{id}', () => once(async () => `/certificates/${(await issue(world())).id}`, 'DELETE', [401, 403, 403, 403, 204, 204]));
  it('PUT /certificates/{id}/revoke', () => once(async () => `/certificates/${(await issue(world())).id}/revoke`, 'PUT', adminOnly, {}));
  it('DELETE /notifications/{id}', () => once(async () => `/notifications/${expectOk(await world().admin.post('/notifications', aNotification())).id}`, 'DELETE', writer));
  it('DELETE /keys/{id}', () =>
    once(
      async () => {
        const { jwt } = expectOk(await world().admin.post('/keys', { name: 'x', ttl: 1 }));
        return `/keys/${JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString()).aid}`;
      },
      'DELETE',
      adminOnly,
    ));

  it('shows others an empty list of somebody’s keys', async () => {
    for (const who of ['plain', 'operator', 'readOnly'] as const) expect(expectOk(await world()[who].get(`/users/${things.user.id}/keys`))).toEqual({ items: [], total: 0 });
    expect(expectOk(await world().key.get(`/users/${things.user.id}/keys`)).total).toBeGreaterThan(0);
  });

  it('shows authorities to those who share a role with them, and everyone each by its id', async () => {
    const authority = await createAuthority(world().admin, { owner: 'share@corp.test' });
    const sharing = await signedUp(world().admin, unique('sharing'), ['share@corp.test']);
    const ids = async (client: Client) => expectOk(await client.get('/authorities?count=500')).items.map((a: Json) => a.id);
    expect(await ids(sharing)).toEqual([authority.id]);
    expect(await ids(world().plain)).toEqual([]);
    expect(await ids(world().admin)).toEqual(expect.arrayContaining([authority.id, world().authority.id]));
  });
});

describe('who shares a role, or made a certificate', () => {
  const writes = (id: number, owner: string): [string, string, Json][] => [
    ['GET', `/certificates/${id}/key`, undefined],
    ['POST', `/certificates/${id}/export`, anExport('openssl-export')()],
    ['PUT', `/certificates/${id}`, { owner, description: 'edited' }],
    ['PUT', `/certificates/${id}/description`, { description: 'described' }],
    ['POST', `/certificates/${id}`, { notify: false }],
    ['POST', `/certificates/${id}/update/owner`, { owner }],
    ['PUT', `/certificates/${id}/revoke`, { crlReason: 'superseded' }],
    ['DELETE', `/certificates/${id}`, undefined],
  ];
  const statusesOf = async (client: Client, calls: [string, string, Json][]) => {
    const got = [];
    for (const [method, path, body] of calls) got.push((await client.api(method, path, body)).status);
    return got;
  };
  const all = [200, 200, 200, 200, 200, 200, 200, 204];

  it('may write as a member of the owner’s role, read-only or not', async () => {
    for (const roles of [[], ['read-only']]) {
      const owner = `${unique('team')}@corp.test`;
      const certificate = await issue(world(), { owner });
      const member = await signedUp(world().admin, unique('member'), [owner, ...roles]);
      expect(await statusesOf(member, writes(certificate.id, owner))).toEqual(all);
    }
  });

  it('may write as creator without any role', async () => {
    const { owner } = { owner: `${unique('team')}@corp.test` };
    const uploaded = expectOk(await world().plain.post('/certificates/upload', { ...(await anUpload()), owner }));
    expect(uploaded.user.username).toBe('plain');
    const withoutKey = writes(uploaded.id, owner).filter(([, path]) => !path.endsWith('/export'));
    expect(await statusesOf(world().plain, withoutKey.filter(([, path]) => !path.endsWith('/revoke')))).toEqual([200, 200, 200, 200, 200, 204]);
  });

  it('may issue with a role of the authority, by any of its roles', async () => {
    for (const { name } of world().authority.roles) {
      const client = await signedUp(world().admin, unique('issuer'), [name]);
      expect((await client.post('/certificates', aRequest())).status).toBe(200);
      expect((await client.put(`/authorities/${world().authority.id}`, { owner: 'pki@corp.test', description: 'x', roles: world().authority.roles })).status).toBe(200);
    }
  });

  it('may not issue, nor edit the authority, as read-only even with its role', async () => {
    const client = await signedUp(world().admin, unique('reader'), ['read-only', 'pki@corp.test']);
    expect((await client.post('/certificates', aRequest())).status).toBe(403);
    expect((await client.put(`/authorities/${world().authority.id}`, { owner: 'pki@corp.test', description: 'x', roles: [] })).status).toBe(403);
    const adminReader = await signedUp(world().admin, unique('both'), ['read-only', 'admin']);
    expect((await adminReader.post('/certificates', aRequest())).status).toBe(403);
    expect((await adminReader.post('/domains', { name: 'x.corp.test' })).status).toBe(403);
  });

  it('may name as replaced only what he may write', async () => {
    const foreign = await issue(world());
    const client = await signedUp(world().admin, unique('issuer'), ['pki@corp.test']);
    // The owner of the authority is attached to everything that it issues.
    expect((await client.post('/certificates', { ...aRequest(), replaces: [{ id: foreign.id }] })).status).toBe(200);
    const upload = await anUpload();
    expect((await world().plain.post('/certificates/upload', { ...upload, replaces: [{ id: foreign.id }] })).status).toBe(403);
    expect((await world().plain.post('/certificates/upload', { ...upload, authority: { id: world().authority.id } })).status).toBe(403);
  });

  it('may not revoke where a twin with the same authority and serial is not his', async () => {
    const mine = expectOk(await world().plain.post('/certificates/upload', await anUpload()));
    expect((await world().plain.put(`/certificates/${mine.id}/revoke`, {})).status).toBe(400);
  });

  it('gains nothing by a role that is called like a word of the rules', async () => {
    const answer = await world().admin.post('/roles', { name: 'creator' });
    if (answer.status === 200) {
      const client = await signedUp(world().admin, unique('creator'), ['creator']);
      expect((await client.get(`/certificates/${things.certificate.id}/key`)).status).toBe(403);
    } else expect(answer.status).toBe(400);
  });
});

describe('sensitive domains', () => {
  it('are issued to administrators alone', async () => {
    const name = `${unique('secret')}.corp.test`;
    expectOk(await world().admin.post('/domains', { name, sensitive: true }));
    const issuer = await signedUp(world().admin, unique('issuer'), ['pki@corp.test']);
    const ask = (client: Client, commonName: string, names: string[] = []) =>
      client.post('/certificates', { ...aRequest(), commonName, extensions: { subAltNames: { names: names.map((value) => ({ nameType: 'DNSName', value })) } } });
    const byName = await ask(issuer, name);
    expect({ status: byName.status, fields: Object.keys(byName.body.reasons) }).toEqual({ status: 400, fields: ['commonName'] });
    const bySan = await ask(issuer, 'fine.corp.test', ['fine.corp.test', name]);
    expect(bySan.status).toBe(400);
    expect(bySan.body.reasons.extensions.subAltNames.names).toBeDefined();
    for (const same of [` ${name} `, `${name}\u00a0`, `\t${name}`, `${name}.`, name.replace('s', '\uff53')]) {
      for (const answer of [await ask(issuer, same), await ask(issuer, 'fine.corp.test', [same])]) {
        const names = answer.status === 200 ? answer.body.domains.map((domain: Json) => domain.name) : [];
        expect(names).not.toContain(name);
        expect(names).not.toContain(`${name}.`);
      }
    }
    expect((await ask(issuer, `sub.${name}`)).status).toBe(200);
    expect((await ask(issuer, `*.${name}`)).status).toBe(200);
    expect((await ask(world().admin, name)).status).toBe(200);
  });
});
