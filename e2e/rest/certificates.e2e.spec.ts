import { describe, expect, it } from '@jest/globals';
import { createAuthority, expectOk, waitUntil, type Json } from '../harness/index.js';
import { foreignCertificate, p256, rsa, type Foreign } from './foreign.js';
import { createRole, issue, keysOf, sorted, unique, useWorld } from './world.js';

const world = useWorld();
const fullKeys = sorted(`id name owner description notify active rotation rotationPolicy status deleted body chain csr hasPrivateKey externalId bits keyType
  signingAlgorithm san cn commonName issuer distinguishedName serial serialHex notBefore validityStart notAfter validityEnd dateCreated user authority extensions
  domains destinations notifications roles endpoints replaces replacedBy dnsProvider dnsProviderId`);
const nestedKeys = sorted(`id name owner description status bits body chain csr active rotation notify rotationPolicy cn commonName notAfter notBefore validityStart validityEnd issuer`);
const nestedAuthorityKeys = sorted('id name owner description active plugin isCabCompliant isCnOptional maxIssuanceDays defaultValidityDays authorityCertificate');
const subjectKeys = ['country', 'state', 'location', 'organization', 'organizationalUnit'];
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$/;

const post = (input: Json) => world().admin.post('/certificates', { owner: 'team@corp.test', authority: { id: world().authority.id }, ...input });
const upload = (input: Json) => world().admin.post('/certificates/upload', { owner: 'team@corp.test', ...input });
const dns = (...names: string[]) => ({ subAltNames: { names: names.map((value) => ({ nameType: 'DNSName', value })) } });
const fieldsOf = (answer: Json) => Object.keys(answer.body.reasons ?? {});

describe('the objects', () => {
  it('of a certificate have exactly their keys, wherever it is shown', async () => {
    const made = await issue(world(), { commonName: 'shape.corp.test' });
    expect(keysOf(made)).toEqual(fullKeys);
    expect(expectOk(await world().plain.get(`/certificates/${made.id}`))).toEqual(made);
    expect(expectOk(await world().plain.get(`/certificates?id=${made.id}`)).items).toEqual([made]);
    expect(expectOk(await world().plain.get(`/certificates/${made.id}/update/switches`))).toEqual(made);
    expect(made).toMatchObject({ active: true, notify: true, cn: 'shape.corp.test', commonName: 'shape.corp.test', status: null, deleted: false, externalId: null, san: null, hasPrivateKey: true });
    expect(made).toMatchObject({ destinations: [], notifications: [], endpoints: [], replaces: [], replacedBy: [], dnsProvider: null, dnsProviderId: null, rotationPolicy: { id: 1, days: 30 } });
    expect(keysOf(made.rotationPolicy)).toEqual(['days', 'id']);
    expect(keysOf(made.user)).toEqual(sorted('id username email active'));
    expect(keysOf(made.roles[0])).toEqual(sorted('id name description'));
    expect(keysOf(made.domains[0])).toEqual(sorted('id name sensitive'));
    expect(keysOf(made.authority)).toEqual(nestedAuthorityKeys);
    expect(keysOf(made.authority.plugin)).toEqual(sorted('slug title description pluginOptions'));
    for (const key of ['notBefore', 'notAfter', 'validityStart', 'validityEnd', 'dateCreated']) expect(made[key]).toMatch(time);
    for (const key of ['body', 'chain', 'csr']) expect(made[key]).toBe(made[key].trim());
    expect(made.serial).toBe(BigInt(`0x${made.serialHex}`).toString());
    expect(made.serialHex).toMatch(/^[1-9A-F][0-9A-F]*$/);
    expect(JSON.stringify(made)).not.toContain('PRIVATE KEY');
  });

  it('of an authority have exactly their keys, and its own certificate shows its subject', async () => {
    const authority = await createAuthority(world().admin, { country: 'NO', organization: 'Corp, AS', state: 'Oslo', location: '', organizationalUnit: '' });
    expect(keysOf(authority)).toEqual(sorted('id name owner description active options maxIssuanceDays defaultValidityDays plugin roles authorityCertificate'));
    expect(keysOf(authority.authorityCertificate)).toEqual(sorted('id name owner description active status bits cn body chain notBefore notAfter user'));
    expect(authority.roles.map(keysOf)).toEqual([['id', 'name'], ['id', 'name'], ['id', 'name']]);
    expect(expectOk(await world().plain.get(`/authorities/${authority.id}`))).toEqual(authority);
    expect(expectOk(await world().admin.get(`/authorities?id=${authority.id}`)).items).toEqual([authority]);
    const own = expectOk(await world().plain.get(`/certificates/${authority.authorityCertificate.id}`));
    expect(keysOf(own)).toEqual(sorted(fullKeys.join(' '), 'country organization state'));
    expect(own).toMatchObject({ authority: null, rotationPolicy: null, notifications: [], san: null, csr: null, country: 'NO', organization: 'Corp, AS', state: 'Oslo', rotation: false, notify: true, owner: 'pki@corp.test' });
    expect((await world().plain.get(`/certificates/${own.id}/authority`)).status).toBe(404);
    expect((await world().plain.get('/certificates/99999/authority')).status).toBe(404);
  });

  it('of subjects are shown for authorities that are openly not compliant', async () => {
    const withOption = (value: boolean) => createAuthority(world().admin, { plugin: { slug: 'cryptography-issuer', pluginOptions: [{ name: 'cab_compliant', value }] } });
    const subject = { organization: 'Corp', country: 'NO', state: '', location: '', organizationalUnit: '' };
    const open = await withOption(false);
    const compliant = await withOption(true);
    expect(JSON.parse(open.options)).toEqual([expect.objectContaining({ name: 'cab_compliant', value: false })]);
    expect(compliant).toMatchObject({ maxIssuanceDays: 397, defaultValidityDays: 397 });
    const shown = await issue(world(), { authority: { id: open.id }, ...subject });
    expect(shown).toMatchObject({ organization: 'Corp', country: 'NO', authority: { isCabCompliant: false } });
    expect(keysOf(shown).filter((key) => subjectKeys.includes(key))).toEqual(['country', 'organization']);
    const hidden = await issue(world(), { authority: { id: compliant.id }, ...subject });
    expect(keysOf(hidden)).toEqual(fullKeys);
    expect(hidden.authority.isCabCompliant).toBe(true);
  });

  it('of nested certificates and logs have exactly their keys', async () => {
    const old = await issue(world());
    const next = await issue(world(), { replaces: [{ id: old.id }] });
    expect(keysOf(next.replaces[0])).toEqual(nestedKeys);
    const replaced = expectOk(await world().plain.get(`/certificates/${old.id}`));
    expect(replaced.replacedBy.map((c: Json) => c.id)).toEqual([next.id]);
    expect(keysOf(replaced.replacedBy[0])).toEqual(nestedKeys);
    expect(expectOk(await world().plain.get(`/certificates/${next.id}/replacements`))).toMatchObject({ total: 1, items: [{ id: old.id }] });
    expect((await world().plain.get('/certificates/99999/replacements')).status).toBe(404);
    const [entry] = expectOk(await world().plain.get('/logs?count=1&sortBy=id&sortDir=desc')).items;
    expect(keysOf(entry)).toEqual(sorted('id logType loggedAt user certificate'));
    expect(keysOf(entry.certificate)).toEqual(nestedKeys);
    expect(keysOf(entry.user)).toEqual(sorted('id username email active'));
    expect(entry.loggedAt).toMatch(time);
  });

  it('of defaults and plugins have exactly their keys', async () => {
    expect(keysOf(expectOk(await world().plain.get('/defaults')))).toEqual(sorted('country state location organization organizationalUnit issuerPlugin authority'));
    const plugin = expectOk(await world().plain.get('/plugins/openssl-export'));
    expect(keysOf(plugin)).toEqual(sorted('slug title description pluginOptions'));
    expect(plugin.pluginOptions.find((option: Json) => option.name === 'type')).toMatchObject({ type: 'select', required: true, available: ['PKCS12 (.p12)', 'legacy PKCS12 (.p12)'] });
  });
});

describe('creation', () => {
  it('attaches the owner’s role, the authority owner’s role and those asked for', async () => {
    const role = await createRole(world().admin);
    const made = await issue(world(), { owner: 'MiXed@Corp.Test', roles: [{ id: role.id }] });
    expect(made.owner).toBe('mixed@corp.test');
    expect(made.roles.map((r: Json) => r.name).sort()).toEqual(['mixed@corp.test', 'pki@corp.test', role.name].sort());
    expect(expectOk(await world().admin.get('/roles?filter=name;mixed@')).total).toBe(1);
  });

  it('does not issue under an inactive authority', async () => {
    const authority = await createAuthority(world().admin);
    const before = await issue(world(), { authority: { id: authority.id } });
    expectOk(await world().admin.put(`/authorities/${authority.id}`, { owner: authority.owner, description: null, active: false, roles: authority.roles }));
    const answer = await post({ authority: { id: authority.id }, commonName: 'a.corp.test' });
    expect({ status: answer.status, fields: fieldsOf(answer) }).toEqual({ status: 400, fields: ['authority'] });
    expect((await world().admin.get(`/certificates/${before.id}/key`)).status).toBe(200);
  });

  it('needs a common name, or an authority that does without and a name', async () => {
    for (const input of [{}, { commonName: '' }, { commonName: '', extensions: dns('a.corp.test') }]) expect((await post(input)).status).toBe(400);
    const optional = await createAuthority(world().admin, { plugin: { slug: 'cryptography-issuer', pluginOptions: [{ name: 'cn_optional', value: true }] } });
    expect((await post({ authority: { id: optional.id }, commonName: '' })).status).toBe(400);
    const made = expectOk(await post({ authority: { id: optional.id }, commonName: '', extensions: dns('nocn.corp.test') }));
    expect(made).toMatchObject({ cn: null, commonName: '' });
    expect(made.name).toMatch(/^nocn\.corp\.test-/);
  });

  it('leaves out what is empty, and takes the subject that is asked for', async () => {
    const made = await issue(world(), { owner: 'o@corp.test', commonName: 'dn.corp.test', organization: 'Corp, AS', organizationalUnit: 'Platform', country: 'NO', state: 'Oslo', location: 'Oslo' });
    expect(made.distinguishedName).toBe('L=Oslo,ST=Oslo,C=NO,OU=Platform,O=Corp\\, AS,CN=dn.corp.test,1.2.840.113549.1.9.1=o@corp.test');
    expect((await issue(world(), { owner: 'o@corp.test', commonName: 'dn.corp.test', organization: '' })).distinguishedName).toBe('CN=dn.corp.test,1.2.840.113549.1.9.1=o@corp.test');
    for (const country of ['N', '12', 'N ', 'É1']) expect((await post({ commonName: 'dn.corp.test', country })).status).toBe(400);
  });

  it('silences what it replaces, and keeps its rotation', async () => {
    const old = await issue(world(), { rotation: true });
    const next = expectOk(await post({ commonName: 'next.corp.test', replacements: [{ id: old.id }], replaces: [] }));
    expect(next.replaces.map((c: Json) => c.id)).toEqual([old.id]);
    expect(expectOk(await world().admin.get(`/certificates/${old.id}`))).toMatchObject({ notify: false, active: false, rotation: true });
    expectOk(await world().admin.put(`/certificates/${next.id}`, { owner: next.owner }));
    expect(expectOk(await world().admin.get(`/certificates/${old.id}`))).toMatchObject({ notify: false, replacedBy: [] });
  });

  it('takes no rotation policy for an answer', async () => {
    expect((await issue(world(), { rotationPolicy: null })).rotationPolicy).toBeNull();
    expect((await issue(world(), { rotationPolicy: { id: 1 } })).rotationPolicy).toEqual({ id: 1, days: 30 });
  });

  it('chains to the root through every authority above', async () => {
    const root = await createAuthority(world().admin);
    const middle = await createAuthority(world().admin, { parent: { id: root.id } });
    const low = await createAuthority(world().admin, { parent: { name: middle.name } });
    const made = await issue(world(), { authority: { id: low.id } });
    expect(made.chain.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
    expect(low.authorityCertificate.chain.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(expectOk(await world().plain.get(`/authorities/${low.id}/visualize`))).toEqual({ name: low.name, children: [{ name: made.name }] });
    expect(expectOk(await world().plain.get(`/certificates/${made.id}/authority`)).id).toBe(low.id);
  });
});

describe('a repeated request with the same Idempotency-Key', () => {
  const send = (path: string, body: Json, key: string, client = world().admin) => client.api('POST', path, body, undefined, { 'idempotency-key': key });

  it('gets the first certificate, also when it comes at the same time', async () => {
    const body = { owner: 'team@corp.test', authority: { id: world().authority.id }, commonName: 'once.corp.test' };
    const key = unique('key');
    const answers = await Promise.all([1, 2, 3, 4].map(() => send('/certificates', body, key)));
    const made = answers.filter(({ status }) => status === 200);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map((answer) => answer.body.id)).size).toBe(1);
    for (const { status } of answers) expect([200, 409]).toContain(status);
    expect((await send('/certificates', body, key)).body.id).toBe(made[0]?.body.id);
    expect((await world().admin.get('/certificates?filter=cn;once.corp.test')).body.total).toBe(1);
  });

  it.each([
    ['/domains', () => ({ name: `${unique('d')}.corp.test` })],
    ['/roles', () => ({ name: unique('r') })],
    ['/users', () => ({ username: unique('u'), email: `${unique('u')}@corp.test`, password: 'Correct-horse-3!', active: true })],
    ['/keys', () => ({ name: unique('k'), ttl: 1 })],
    ['/authorities', () => ({ name: unique('A'), commonName: 'x', owner: 'o@corp.test', keyType: 'ECCPRIME256V1', plugin: { slug: 'cryptography-issuer' }, validityYears: 1 })],
  ])('gets the first answer of %s', async (path, make) => {
    const body = make();
    const key = unique('key');
    const first = await send(path, body, key);
    const second = await send(path, body, key);
    expect({ first: first.status, second: second.status }).toEqual({ first: 200, second: 200 });
    const idOf = (answer: Json) => answer.body.id ?? JSON.parse(Buffer.from(answer.body.jwt.split('.')[1], 'base64url').toString()).aid;
    expect(idOf(second)).toBe(idOf(first));
  });

  it('is refused for another body, and means nothing for another caller', async () => {
    const key = unique('key');
    expectOk(await send('/domains', { name: 'one.corp.test' }, key));
    const other = await send('/domains', { name: 'two.corp.test' }, key);
    expect(other.status).toBeGreaterThanOrEqual(400);
    expect(other.status).toBeLessThan(500);
    expect((await send('/domains', { name: 'two.corp.test' }, key, world().plain)).status).toBe(200);
    expect((await send('/domains', { name: 'two.corp.test' }, 'x'.repeat(300))).status).toBe(400);
  });
});

describe('upload', () => {
  it('takes a certificate with key and chain', async () => {
    const root = await foreignCertificate({ subject: 'CN=Foreign Root, O=Elsewhere', isCa: true });
    const leaf = await foreignCertificate({ subject: 'CN=leaf.corp.test', issuer: root, dnsNames: ['leaf.corp.test', 'more.corp.test'], algorithm: rsa(3072) });
    const made = expectOk(await upload({ owner: 'Up@Corp.Test', body: `${leaf.body}\n`, privateKey: leaf.key, chain: root.body, notify: false }));
    expect(keysOf(made).filter((key) => !subjectKeys.includes(key))).toEqual(fullKeys);
    expect(made).toMatchObject({ owner: 'up@corp.test', keyType: 'RSA3072', bits: 3072, hasPrivateKey: true, issuer: 'ForeignRoot', rotation: false, rotationPolicy: null, status: null, notify: false, description: '', authority: null, san: true });
    expect(made.roles.map((r: Json) => r.name)).toEqual(['up@corp.test']);
    const { key } = expectOk(await world().admin.get(`/certificates/${made.id}/key`));
    expect(key).toContain('PRIVATE KEY');
  });

  it.each([
    ['text as body', { body: 'text' }, 'body'],
    ['an empty body', { body: '' }, 'body'],
    ['no body', { body: undefined }, 'body'],
    ['a key as body', { body: 'KEY' }, 'body'],
    ['text as key', { privateKey: 'text' }, 'privateKey'],
    ['text as chain', { chain: 'text' }, 'chain'],
    ['text as request', { csr: 'text' }, 'csr'],
    ['owner without @', { owner: 'team' }, 'owner'],
    ['another key', { privateKey: 'OTHER' }, 'Schema'],
    ['another chain', { chain: 'OTHER' }, 'Schema'],
    ['destinations without a key', { destinations: [{ id: 4 }] }, 'Schema'],
  ])('refuses %s', async (_title, input, field) => {
    const [mine, other] = await Promise.all([foreignCertificate(), foreignCertificate({ subject: 'CN=Other, O=Corp', isCa: true })]);
    const put = (value: unknown, key: keyof Foreign) => (value === 'OTHER' ? other[key] : value);
    const body = { body: mine.body, ...input, ...('privateKey' in input && { privateKey: put(input.privateKey, 'key') }), ...('chain' in input && { chain: put(input.chain, 'body') }) };
    const answer = await upload(body.body === 'KEY' ? { ...body, body: mine.key } : body);
    expect({ status: answer.status, fields: fieldsOf(answer) }).toEqual({ status: 400, fields: [field] });
  });

  it('refuses key types that nobody could reissue', async () => {
    const ed = await foreignCertificate({ algorithm: { name: 'Ed25519' } });
    const answer = await upload({ body: ed.body });
    expect({ status: answer.status, fields: fieldsOf(answer) }).toEqual({ status: 400, fields: ['keyType'] });
  });

  it('takes the same certificate again without an authority, and never twice with one', async () => {
    const { authority } = world();
    const made = await issue(world());
    const twin = await upload({ body: made.body, authority: { id: authority.id } });
    expect(twin.status).toBe(409);
    expect(twin.body.message).toContain(String(made.id));
    const foreign = await foreignCertificate();
    const again = [expectOk(await upload({ body: foreign.body })), expectOk(await upload({ body: foreign.body }))];
    expect(again[0].name).not.toBe(again[1].name);
    expect((await upload({ body: foreign.body, externalId: 'x' })).status).toBe(403);
    const bound = expectOk(await upload({ body: foreign.body, externalId: 'x', authority: { id: authority.id } }));
    expect(bound).toMatchObject({ externalId: 'x', authority: { id: authority.id } });
    expect(bound.roles.map((r: Json) => r.name).sort()).toEqual(['pki@corp.test', 'team@corp.test']);
    expect((await upload({ body: foreign.body, authority: { id: authority.id } })).status).toBe(409);
  });

  it('needs a name for a certificate without one', async () => {
    const nameless = await foreignCertificate({ subject: 'O=Nobody' });
    expect((await upload({ body: nameless.body })).status).toBe(400);
    expect(expectOk(await upload({ body: nameless.body, name: 'nameless' }))).toMatchObject({ cn: null, commonName: '', domains: [] });
  });

  it('reads names with wildcards, P-521 and old dates', async () => {
    const made = expectOk(await upload({ body: (await foreignCertificate({ subject: 'CN=*.old.corp.test', algorithm: { ...p256, namedCurve: 'P-521' }, notBefore: new Date('1999-12-31T23:59:59Z'), notAfter: new Date('2049-12-31T23:59:59Z') })).body }));
    expect(made).toMatchObject({ keyType: 'ECCSECP521R1', notBefore: '1999-12-31T23:59:59+00:00', notAfter: '2049-12-31T23:59:59+00:00' });
    expect(made.name).toBe('WILDCARD.old.corp.test-selfsigned-19991231-20491231');
  });
});

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
    expect(expectOk(await world().plain.get(`/certificates/${made.id}`))).toMatchObject({ status: 'revoked', notify: false, rotation: false });
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

describe('authorities', () => {
  const make = (input: Json) => world().admin.post('/authorities', { name: unique('CA'), owner: 'pki@corp.test', commonName: unique('CA'), keyType: 'ECCPRIME256V1', validityYears: 5, plugin: { slug: 'cryptography-issuer' }, ...input });

  it.each([
    ['no name', { name: undefined }, 'name'],
    ['no owner', { owner: undefined }, 'owner'],
    ['no common name', { commonName: undefined }, 'commonName'],
    ['an empty common name', { commonName: '' }, 'commonName'],
    ['no plugin', { plugin: undefined }, 'plugin'],
    ['an unknown plugin', { plugin: { slug: 'nope' } }, 'plugin'],
    ['an export plugin', { plugin: { slug: 'openssl-export' } }, 'plugin'],
    ['a plugin without slug', { plugin: {} }, 'plugin'],
    ['another type', { type: 'leaf' }, 'type'],
    ['subca without parent', { type: 'subca' }, 'Schema'],
    ['an unknown parent', { type: 'subca', parent: { id: 99_999 } }, 'parent'],
    ['another algorithm', { signingAlgorithm: 'md5WithRSA' }, 'signingAlgorithm'],
    ['another key type', { keyType: 'DSA' }, 'keyType'],
    ['a start alone', { validityYears: undefined, validityStart: '2027-01-01T00:00:00' }, 'Schema'],
    ['a bad sensitivity', { sensitivity: 'low' }, 'sensitivity'],
    ['null as country', { country: null }, 'country'],
    ['an unknown role', { roles: [{ name: 'none such' }] }, 'roles'],
    ['serial as word', { serialNumber: 'x' }, 'serialNumber'],
  ])('are refused with %s', async (_title, input, field) => {
    const answer = await make(input);
    expect({ status: answer.status, fields: fieldsOf(answer) }).toEqual({ status: 400, fields: [field] });
  });

  it('have names of their own, also towards roles', async () => {
    const name = unique('CA');
    const made = expectOk(await make({ name }));
    expect(made.roles.map((r: Json) => r.name)).toEqual([`${name}_admin`, `${name}_operator`, 'pki@corp.test']);
    expect((await make({ name })).status).toBe(409);
    const taken = unique('CA');
    await createRole(world().admin, { name: `${taken}_operator` });
    expect((await make({ name: taken })).status).toBe(409);
    expect(expectOk(await world().admin.get(`/roles?filter=name;${taken}_admin`)).total).toBe(0);
    expect(expectOk(await world().admin.get('/auth/me')).roles).toHaveLength(1);
  });

  it('are made without serial, with the words of all algorithms', async () => {
    for (const signingAlgorithm of ['sha256WithRSA', 'SHA384withECDSA', 'SHA512withECDSA', 'sha384WithECDSA', 'sha512WithECDSA', 'sha256WithECDSA']) {
      const answer = await make({ signingAlgorithm, serialNumber: undefined });
      expect({ signingAlgorithm, status: answer.status }).toEqual({ signingAlgorithm, status: 200 });
    }
  });

  it('below a parent respect its path length and validity', async () => {
    const root = expectOk(await make({ extensions: { basicConstraints: { ca: true, path_length: 0 } } }));
    const sub = await make({ type: 'subca', parent: { id: root.id } });
    if (sub.status === 200) expect((await make({ type: 'subca', parent: { id: sub.body.id } })).status).toBe(400);
    const wide = expectOk(await make({ validityYears: 2 }));
    expect((await make({ type: 'subca', parent: { id: wide.id }, validityYears: 20 })).status).toBe(400);
  });

  it('are updated in owner, description, state, roles and options', async () => {
    const made = expectOk(await make({ description: 'before' }));
    const put = (input: Json) => world().admin.put(`/authorities/${made.id}`, { owner: 'new@corp.test', description: 'after', roles: [{ name: 'operator' }], ...input });
    const updated = expectOk(await put({ name: 'ignored', options: '[{"name": "cab_compliant", "value": true}]' }));
    expect(updated).toMatchObject({ name: made.name, owner: 'new@corp.test', description: 'after', active: true, maxIssuanceDays: 397 });
    expect(updated.roles).toEqual([{ id: 2, name: 'operator' }]);
    expect(JSON.parse(updated.options)).toEqual([{ name: 'cab_compliant', value: true }]);
    expect(updated.authorityCertificate.owner).toBe('pki@corp.test');
    expect(expectOk(await put({ options: '' })).options).toBe(updated.options);
    for (const bad of [{ owner: undefined }, { description: undefined }, { roles: undefined }, { options: 'no json' }, { options: 5 }, { options: '{' }, { active: 'maybe' }]) {
      const answer = await put(bad);
      expect({ bad, status: answer.status }).toEqual({ bad, status: 400 });
    }
    expect((await world().admin.put('/authorities/99999', { owner: 'a@corp.test', description: 'x', roles: [] })).status).toBe(404);
    expect((await world().admin.get('/authorities/99999/visualize')).status).toBe(404);
    // Its new owner has no role yet; issuing makes one instead of failing.
    expect((await post({ authority: { id: made.id }, commonName: 'after.corp.test' })).status).toBe(200);
  });
});
