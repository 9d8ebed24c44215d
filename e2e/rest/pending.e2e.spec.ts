import { beforeAll, describe, expect, it } from '@jest/globals';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { certificateBody, createAuthority, expectOk, type Client, type Json } from '../harness/index.js';
import { foreignCertificate, foreignSigned, type Foreign } from './foreign.js';
import { createRole, issue, keysOf, signedUp, sorted, unique, useWorld } from './world.js';

const world = useWorld();
let ca: Foreign;
let elsewhere: Foreign;
let authority: Json;
let owner: Client;
beforeAll(async () => {
  [ca, elsewhere] = [await foreignCertificate({ subject: 'CN=Paper CA', isCa: true }), await foreignCertificate({ subject: 'CN=Other CA', isCa: true })];
  authority = await createAuthority(world().admin, { commonName: 'Paper CA', plugin: { slug: 'csr-issuer', pluginOptions: [{ name: 'certificate', value: ca.body }] } });
  await createRole(world().admin, { name: 'owners@corp.test' });
  owner = await signedUp(world().admin, 'owner', ['owners@corp.test']);
});

const ask = (input: Json = {}, idempotencyKey?: string) =>
  world().admin.api('POST', '/certificates', certificateBody({ authority: { id: authority.id }, owner: 'owners@corp.test', ...input }), undefined, idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey });
const pend = async (input: Json = {}): Promise<Json> => expectOk(await ask(input));
const bring = async (by: Client, pending: Json, input: Json = {}) => by.post(`/pending_certificates/${pending.id}/upload`, { body: await foreignSigned(pending.csr, ca), ...input });
const path = ({ id }: Json): string => `/pending_certificates/${id}`;

const answerKeys = sorted(`active authority chain cn commonName csr dateCreated deleted description destinations dnsProviderId externalId id name
  notifications notify owner replaces resolved resolvedCertId roles rotation rotationPolicy status user`);
const lemurKeys = sorted(`id name owner description notify active rotation rotationPolicy cn commonName csr chain externalId status numberAttempts
  resolved resolvedCertId deleted dateCreated lastUpdated user authority roles destinations notifications replaces`);

describe('a certificate that comes later', () => {
  it('is answered as a pending record with the keys of a certificate', async () => {
    const pending = await pend({ commonName: 'later.corp.test' });
    expect(keysOf(pending)).toEqual(answerKeys);
    expect(pending).toMatchObject({ resolved: false, resolvedCertId: null, status: null, chain: null, externalId: null, deleted: false, cn: 'later.corp.test', commonName: 'later.corp.test' });
    expect(pending).toMatchObject({ owner: 'owners@corp.test', notify: true, active: true, rotationPolicy: { id: 1, days: 30 }, authority: { id: authority.id }, user: { username: expect.any(String) } });
    expect(pending.roles.map(({ name }: Json) => name)).toEqual(['owners@corp.test', 'pki@corp.test']);
    expect(pending.csr).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----[^]*-----\n$/);
  });

  it('is shown by its own door, whole', async () => {
    const { id } = await pend();
    const shown = expectOk(await world().plain.get(`/pending_certificates/${id}`));
    expect(keysOf(shown)).toEqual(expect.arrayContaining(lemurKeys));
    expect(shown).toMatchObject({ numberAttempts: 0, state: 'waiting', settledBy: 'upload', lastError: null, nextTryAt: null, dnsProvider: null, hasPrivateKey: true });
    const list = expectOk(await world().plain.get(`/pending_certificates?id=${id}`));
    expect(list).toEqual({ items: [shown], total: 1 });
    expect(JSON.stringify(list)).not.toContain('PRIVATE KEY');
  });

  it('becomes the certificate of its key when it is brought, and leaves the list', async () => {
    const old = await issue(world());
    const pending = await pend({ commonName: 'brought.corp.test', name: 'my own name', replaces: [{ id: old.id }], rotation: true });
    expect(expectOk(await world().admin.get(`/certificates/${old.id}`)).notify).toBe(true);
    const resolved = expectOk(await bring(owner, pending, { chain: ca.body, externalId: 'ticket 12' }));
    expect(resolved).toMatchObject({ resolved: true, state: 'resolved', resolvedCertId: expect.any(Number) });
    const certificate = expectOk(await owner.get(`/certificates/${resolved.resolvedCertId}`));
    expect(certificate).toMatchObject({ name: 'my-own-name', cn: 'brought.corp.test', issuer: 'PaperCA', rotation: true, externalId: 'ticket 12', chain: ca.body.trim(), hasPrivateKey: true, user: pending.user, replaces: [{ id: old.id, notify: false }] });
    const { key } = expectOk(await owner.get(`/certificates/${certificate.id}/key`));
    expect(new X509Certificate(certificate.body).checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(expectOk(await owner.get(`/pending_certificates?id=${pending.id}`))).toEqual({ items: [], total: 0 });
    expect(expectOk(await owner.get(`/pending_certificates?id=${pending.id}&state=resolved`)).total).toBe(1);
    expect(expectOk(await owner.get(path(pending)))).toMatchObject({ resolved: true, resolvedCertId: certificate.id });
    expect((await bring(owner, pending)).status).toBe(409);
  });

  it('is one for one Idempotency-Key: the record, then the certificate', async () => {
    const key = unique('key');
    const body = { commonName: 'once.corp.test', validityStart: undefined, validityEnd: undefined, validityYears: 1 };
    const first = expectOk(await ask(body, key));
    expect(expectOk(await ask(body, key)).id).toBe(first.id);
    const { resolvedCertId } = expectOk(await bring(world().admin, first));
    const again = expectOk(await ask(body, key));
    expect(again).toMatchObject({ id: resolvedCertId, body: expect.stringContaining('BEGIN CERTIFICATE') });
    expect((await ask({ ...body, commonName: 'other.corp.test' }, key)).status).toBe(409);
  });
});

describe('what is brought', () => {
  it('is refused when it is not the one: both signers are named', async () => {
    const [pending, other] = [await pend(), await pend()];
    const wrong = await bring(owner, pending, { body: await foreignSigned(pending.csr, elsewhere), chain: elsewhere.body });
    expect(wrong.status).toBe(400);
    expect(wrong.body.message).toMatch(/Other CA.*Paper CA/);
    expect(await bring(owner, pending, { body: await foreignSigned(other.csr, ca) })).toMatchObject({ status: 400, body: { message: expect.stringContaining('another key') } });
    expect((await bring(owner, pending, { chain: elsewhere.body })).status).toBe(400);
    expect((await bring(owner, pending, { body: 'nothing' })).status).toBe(400);
    expect((await bring(owner, { ...pending, id: 999_999 })).status).toBe(404);
    expect(await owner.post(`${path(pending)}/upload`, {})).toMatchObject({ status: 400, body: { reasons: { body: expect.any(String) } } });
  });
});

describe('who may', () => {
  it('is the creator and those with a role of it', async () => {
    const pending = await pend();
    const { plain, readOnly, anonymous, operator } = world();
    const edit = { owner: 'owners@corp.test' };
    for (const by of [plain, operator, readOnly]) {
      expect([(await by.get(path(pending))).status, (await by.get(`${path(pending)}/key`)).status, (await by.put(path(pending), edit)).status, (await by.put(path(pending), {})).status]).toEqual([200, 403, 403, 403]);
      expect([(await by.api('DELETE', path(pending), {})).status, (await bring(by, pending)).status, (await by.post(`${path(pending)}/retry`, {})).status]).toEqual([403, 403, 403]);
    }
    expect([(await anonymous.get('/pending_certificates')).status, (await anonymous.get(path(pending))).status, (await bring(anonymous, pending)).status]).toEqual([401, 401, 401]);
    const seen = await owner.get(`${path(pending)}/key`);
    expect(seen.body.key).toContain('BEGIN EC PRIVATE KEY');
    expect(seen.headers.get('cache-control')).toContain('no-store');
    expect((await owner.put(path(pending), edit)).status).toBe(200);
  });
});

describe('changing', () => {
  it('replaces everything, and asks for an owner', async () => {
    const pending = await pend({ description: 'before' });
    expect(await owner.put(path(pending), {})).toMatchObject({ status: 400, body: { reasons: { owner: expect.any(String) } } });
    expect((await owner.put(path(pending), { owner: 'owners@corp.test', destinations: [{ id: 1 }] })).status).toBe(400);
    expect((await owner.put(path(pending), { owner: 'owners@corp.test', replaces: [{ id: 999_999 }] })).status).toBe(400);
    const changed = expectOk(await owner.put(path(pending), { owner: 'new@corp.test', notify: false }));
    expect(changed).toMatchObject({ owner: 'new@corp.test', description: '', notify: false, active: false, roles: [{ name: 'new@corp.test' }] });
    expect((await owner.put('/pending_certificates/999999', { owner: 'x@corp.test' })).status).toBe(404);
    expect((await owner.put(path(pending), { owner: 'new@corp.test' })).status).toBe(403);
  });

  it('is cancelled with a JSON body alone, and gone then', async () => {
    const pending = await pend();
    expect((await owner.delete(path(pending))).status).toBe(415);
    expect((await owner.api('DELETE', '/pending_certificates/999999', {})).status).toBe(404);
    const answer = await owner.api('DELETE', path(pending), { note: 'not needed' });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await owner.get(path(pending))).status).toBe(404);
    expect((await owner.api('DELETE', path(pending), {})).status).toBe(404);
    expect((await bring(owner, pending)).status).toBe(404);
  });

  it('has nobody to ask again', async () => {
    const answer = await owner.post(`${path(await pend())}/retry`, {});
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining('upload the certificate') } });
  });
});

describe('the list', () => {
  it('takes every parameter that Lemur declares', async () => {
    const { id } = await pend({ commonName: 'listed.corp.test', notify: false });
    const found = async (query: string, by: Client = world().admin) => expectOk(await by.get(`/pending_certificates?count=1000&${query}`)).items.some((item: Json) => item.id === id);
    for (const query of ['filter=cn;listed', 'filter=name;LISTED', `filter=issuer;${authority.name}`, `filter=id;${id}`, 'filter=notify;false', 'filter=active;false', 'owner=owners@corp.test', 'active=false', 'timeRange=4', 'show=1', 'sortBy=dateCreated&sortDir=desc', `creator=${encodeURIComponent((await whoami()).email)}`])
      expect([query, await found(query)]).toEqual([query, true]);
    for (const query of ['filter=cn;nobody', 'filter=active;true', 'filter=destination;1', 'destinationId=1', 'owner=x@corp.test', 'active=true', 'creator=nobody@x.test', 'state=failed'])
      expect([query, await found(query)]).toEqual([query, false]);
    expect(await found('show=1', owner)).toBe(true);
    expect(await found('show=1', world().plain)).toBe(false);
    expect((await world().admin.get('/pending_certificates?filter=csr;x')).status).toBe(400);
    expect((await world().admin.get('/pending_certificates?state=open')).status).toBe(400);
  });

  const whoami = async (): Promise<Json> => expectOk(await world().admin.get('/auth/me'));
});
