import { describe, expect, it } from '@jest/globals';
import { expectOk, waitUntil, type Json } from '../harness/index.js';
import { foreignCertificate } from './foreign.js';
import { createRole, issue, keysOf, sorted, unique, useWorld } from './world.js';

const world = useWorld();
const fullKeys = sorted(`id name owner description notify active rotation rotationPolicy status deleted body chain csr hasPrivateKey externalId bits keyType
  signingAlgorithm san cn commonName issuer distinguishedName serial serialHex notBefore validityStart notAfter validityEnd dateCreated user authority extensions
  domains destinations notifications roles endpoints replaces replacedBy dnsProvider dnsProviderId`);

const upload = (input: Json) => world().admin.post('/certificates/upload', { owner: 'team@corp.test', ...input });

describe('changes', () => {
  it('of PUT replace everything that is absent with nothing', async () => {
    const role = await createRole(world().admin);
    const old = await issue(world());
    const made = await issue(world(), { owner: 'before@corp.test', description: 'text', roles: [{ id: role.id }], replaces: [{ id: old.id }], rotation: true, notify: false });
    const put = expectOk(await world().admin.put(`/certificates/${made.id}`, { owner: 'before@corp.test' }));
    expect(put).toMatchObject({ description: '', replaces: [], rotation: true, notify: false, name: made.name, body: made.body });
    expect(put.roles.map((r: Json) => r.name)).toEqual(['before@corp.test']);
    expect(keysOf(put)).toEqual(fullKeys);
    const moved = expectOk(await world().admin.put(`/certificates/${made.id}/update/switches`, { owner: 'After@corp.test', roles: [{ name: 'before@corp.test' }, { id: role.id }], name: 'x', body: 'y' }));
    expect(moved).toMatchObject({ owner: 'after@corp.test', name: made.name });
    expect(moved.roles.map((r: Json) => r.name).sort()).toEqual(['after@corp.test', role.name].sort());
  });

  it('of PUT give another rotation policy, keep it where nothing is said, and move the renewal', async () => {
    const name = unique('policy');
    const policy = expectOk(await world().admin.post('/rotation_policies', { name, days: 60 }));
    const made = await issue(world(), { rotation: true });
    const path = `/certificates/${made.id}`;
    const put = async (more: Json) => expectOk(await world().admin.put(path, { owner: made.owner, ...more })).rotationPolicy;
    const window = async () => expectOk(await world().admin.get(`${path}/timeline`)).renewal.windowStart;
    const before = await window();
    expect(await put({ rotationPolicy: { id: policy.id, days: 60 } })).toEqual({ id: policy.id, name, days: 60, hours: 0 });
    expect(Date.parse(before) - Date.parse(await window())).toBe(30 * 86_400_000);
    expect(await put({})).toMatchObject({ name });
    expect(await put({ rotationPolicy: null })).toMatchObject({ name: 'default' });
    expect(await put({ rotationPolicy: { name } })).toMatchObject({ id: policy.id });
    for (const rotationPolicy of [{ id: 99_999 }, { name: 'nobody' }, {}, 'default', 5]) {
      const refused = await world().admin.put(path, { owner: made.owner, description: 'never', rotationPolicy });
      expect([refused.status, Object.keys(refused.body.reasons)]).toEqual([400, ['rotationPolicy']]);
    }
    expect((await world().plain.put(path, { owner: made.owner, rotationPolicy: { name } })).status).toBe(403);
    expect(expectOk(await world().admin.get(path))).toMatchObject({ description: '', rotationPolicy: { name } });
    const uploaded = expectOk(await upload({ body: (await foreignCertificate()).body, rotationPolicy: { name } }));
    expect(uploaded).toMatchObject({ rotation: false, rotationPolicy: { name } });
  });

  it('of PUT may replace itself', async () => {
    const made = await issue(world());
    expect(expectOk(await world().admin.put(`/certificates/${made.id}`, { owner: made.owner, replaces: [{ id: made.id }] })).replaces[0].id).toBe(made.id);
  });

  it('of switches change switches alone', async () => {
    const made = await issue(world(), { description: 'text' });
    for (const path of ['', '/update/switches']) {
      expect(expectOk(await world().admin.post(`/certificates/${made.id}${path}`, {}))).toMatchObject({ notify: true, description: 'text' });
      expect(expectOk(await world().admin.post(`/certificates/${made.id}${path}`, { notify: 'false', owner: 'x@corp.test', description: 'y' }))).toMatchObject({ notify: false, active: false, owner: made.owner, description: 'text' });
      expect(expectOk(await world().admin.post(`/certificates/${made.id}${path}`, { notify: true, rotation: true }))).toMatchObject({ notify: true, rotation: true });
    }
    expect((await world().admin.post(`/certificates/${made.id}`, { notify: 'yes' })).status).toBe(400);
    expect((await world().admin.post('/certificates/99999', {})).status).toBe(404);
  });

  it('of the owner keep everything else', async () => {
    const role = await createRole(world().admin);
    const made = await issue(world(), { owner: 'from@corp.test', description: 'text', roles: [{ id: role.id }] });
    const moved = expectOk(await world().admin.post(`/certificates/${made.id}/update/owner`, { owner: 'To@corp.test' }));
    expect(moved).toMatchObject({ owner: 'to@corp.test', description: 'text' });
    expect(moved.roles.map((r: Json) => r.name).sort()).toEqual(['pki@corp.test', role.name, 'to@corp.test'].sort());
    expect((await world().admin.post(`/certificates/${made.id}/update/owner`, {})).status).toBe(400);
    expect((await world().admin.post('/certificates/99999/update/owner', { owner: 'x@corp.test' })).status).toBe(404);
  });

  it('of the description take texts and numbers, and null changes nothing', async () => {
    const made = await issue(world(), { description: 'first' });
    const put = async (description: unknown) => world().admin.put(`/certificates/${made.id}/description`, { description });
    expect(expectOk(await put('second')).description).toBe('second');
    expect(expectOk(await put(5)).description).toBe('5');
    expect(expectOk(await put(null)).description).toBe('5');
    expect(expectOk(await put('')).description).toBe('');
    expect((await world().admin.put(`/certificates/${made.id}/description`, {})).status).toBe(400);
    expect((await world().admin.put('/certificates/99999/description', {})).status).toBe(404);
    expect((await put('x'.repeat(1_025))).status).toBe(400);
  });

  it('are impossible where deletion is switched off', async () => {
    const made = await issue(world());
    expect((await world().admin.delete(`/certificates/${made.id}`)).status).toBe(405);
    expect((await world().plain.delete(`/certificates/${made.id}`)).status).toBe(405);
    expect((await world().anonymous.delete(`/certificates/${made.id}`)).status).toBe(401);
  });
});

describe('revocation and deactivation', () => {
  it('sets the status and ends notification and rotation; again is no error', async () => {
    const made = await issue(world(), { rotation: true });
    const revoke = (body: Json) => world().admin.put(`/certificates/${made.id}/revoke`, body);
    expect(expectOk(await revoke({ comments: 'lost', crlReason: 'keyCompromise' }))).toEqual({ id: made.id });
    expect(expectOk(await world().plain.get(`/certificates/${made.id}`))).toMatchObject({ status: 'revoked', notify: false, rotation: false, revocation: { state: 'revoked', reason: 'keyCompromise', at: expect.any(String) } });
    expect((await revoke({})).status).toBe(200);
    for (const crlReason of ['nonsense', 'KEYCOMPROMISE', 5, null]) expect((await revoke({ crlReason })).status).toBe(400);
    expect((await world().admin.api('PUT', `/certificates/${made.id}/revoke`)).status).toBe(415);
    expect((await world().admin.put('/certificates/99999/revoke', {})).status).toBe(404);
  });

  it('is not possible without an authority', async () => {
    const made = expectOk(await upload({ body: (await foreignCertificate()).body }));
    expect((await world().admin.put(`/certificates/${made.id}/revoke`, {})).status).toBe(400);
    expect((await world().admin.put(`/certificates/${made.id}/deactivate`, undefined)).status).toBe(400);
    expect((await world().admin.put('/certificates/99999/deactivate', undefined)).status).toBe(404);
  });
});

describe('export', () => {
  const send = (id: number, slug: string, options: Json[] = []) => world().admin.post(`/certificates/${id}/export`, { plugin: { slug, pluginOptions: options } });

  it.each([
    ['openssl-export', [{ name: 'type', value: 'PKCS12 (.p12)' }], 'p12', 24],
    ['openssl-export', [{ name: 'type', value: 'legacy PKCS12 (.p12)' }, { name: 'passphrase', value: 'hunter2hunter2' }, { name: 'alias', value: 'x' }], 'p12', 14],
    ['java-keystore-jks', [], 'jks', null],
    ['java-truststore-jks', [{ name: 'alias', value: 'x' }], 'jks', null],
    ['openssl-csr', [], 'csr', null],
  ])('by %s %j', async (slug, options, extension, passphrase) => {
    const made = await issue(world());
    const answer = expectOk(await send(made.id, slug, options));
    expect(keysOf(answer)).toEqual(sorted('extension passphrase data'));
    expect(answer.extension).toBe(extension);
    if (passphrase !== null) expect(answer.passphrase).toHaveLength(passphrase);
    if (slug === 'openssl-csr') expect(answer.passphrase).toBeNull();
    expect(Buffer.from(answer.data, 'base64').length).toBeGreaterThan(100);
    expect(JSON.stringify(expectOk(await world().plain.get(`/plugins/${slug}`)))).not.toContain('hunter2');
  });

  it('refuses what the plugin does not offer', async () => {
    const made = await issue(world());
    expect((await send(made.id, 'nonsense')).body.reasons.plugin._schema).toBeDefined();
    for (const [slug, options] of [
      ['nonsense', []],
      ['cryptography-issuer', []],
      ['openssl-export', [{ name: 'type', value: 'ZIP' }]],
      ['openssl-export', [{ value: 'PKCS12 (.p12)' }]],
      ['openssl-export', 'text'],
    ] as const)
      expect((await world().admin.post(`/certificates/${made.id}/export`, { plugin: { slug, pluginOptions: options } })).status).toBe(400);
    expect((await send(made.id, 'openssl-export', [{}, { name: 'type', value: 'PKCS12 (.p12)' }])).status).toBe(200);
    expect((await send(99_999, 'openssl-csr')).status).toBe(404);
  });
});

describe('the log', () => {
  it('has one row for each change and each sight of a key, and none for an upload', async () => {
    const made = await issue(world(), { commonName: 'logged.corp.test' });
    const path = `/certificates/${made.id}`;
    await world().admin.get(`${path}/key`);
    await world().admin.post(`${path}/export`, { plugin: { slug: 'openssl-export', pluginOptions: [{ name: 'type', value: 'PKCS12 (.p12)' }] } });
    await world().admin.post(`${path}/export`, { plugin: { slug: 'java-truststore-jks', pluginOptions: [] } });
    await world().admin.post(path, { rotation: false });
    await world().admin.put(`${path}/description`, { description: 'x' });
    await world().admin.post(`${path}/update/owner`, { owner: 'x@corp.test' });
    await world().admin.put(path, { owner: 'x@corp.test' });
    await world().admin.put(`${path}/revoke`, {});
    await world().plain.get(`${path}/key`);
    const entries = expectOk(await world().plain.get(`/logs?count=100&sortBy=id&sortDir=asc&filter=certificate.name;${made.name}`));
    expect(entries.items.map((entry: Json) => entry.logType)).toEqual(['create_cert', 'key_view', 'key_view', 'update_cert', 'update_cert', 'update_cert', 'update_cert', 'revoke_cert']);
    const uploaded = expectOk(await upload({ body: (await foreignCertificate()).body, name: unique('up') }));
    expect(expectOk(await world().plain.get(`/logs?filter=certificate.name;${uploaded.name}`)).total).toBe(0);
  });

  it('is deeper for administrators: who, through which key, from where', async () => {
    const made = await issue(world());
    await world().key.get(`/certificates/${made.id}/key`);
    const read = async () => expectOk(await world().admin.get(`/audit?objectType=certificate&objectId=${made.id}&count=50`));
    // Gathered by events: a moment behind what happened.
    await waitUntil('both entries to be gathered', async () => (await read()).items.length >= 2);
    const trail = await read();
    expect(JSON.stringify(trail)).toMatch(/127\.0\.0\.1/);
    expect(JSON.stringify(trail)).not.toContain('PRIVATE KEY');
    expect((await world().plain.get('/audit')).status).toBe(403);
  });
});
