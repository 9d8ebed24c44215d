import { describe, expect, it } from '@jest/globals';
import { createAuthority, expectOk, type Json } from '../harness/index.js';
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
    expect(made).toMatchObject({ destinations: [], endpoints: [], replaces: [], replacedBy: [], dnsProvider: null, dnsProviderId: null, rotationPolicy: { id: 1, days: 30 } });
    const local = String(made.owner).split('@')[0]?.toUpperCase();
    expect(made.notifications.map((each: Json) => each.label)).toEqual(expect.arrayContaining([30, 15, 2].map((days) => `DEFAULT_${local}_${days}_DAY`)));
    expect(keysOf(made.notifications[0])).toEqual(sorted('id label description active options plugin'));
    // Lemur's two, and what came with hours.
    expect(keysOf(made.rotationPolicy)).toEqual(['days', 'hours', 'id', 'name']);
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
    expect((await issue(world(), { rotationPolicy: { id: 1 } })).rotationPolicy).toEqual({ id: 1, days: 30, hours: 0, name: 'default' });
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
