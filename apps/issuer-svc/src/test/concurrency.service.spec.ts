import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createAuthority, viewCertificateKey, type AuthorityRecord } from '@sifaka/contracts';
import { aPrincipal, type TestPlatform } from '@sifaka/testing';
import { admin, anAuthority, anAuthorityRequest, anIssuer, issue } from './an-issuer.js';

let platform: TestPlatform;
let root: AuthorityRecord;

beforeAll(async () => {
  platform = await anIssuer();
  await platform.replicate('issuer');
  root = await anAuthority(platform);
});
afterAll(() => platform.stop());

const count = async (sql: string): Promise<number> => Number((await platform.database('issuer').query<{ n: string }>(sql))[0]?.n);

describe('many at once, on two replicas', () => {
  it('get names, serials and keys of their own', async () => {
    const certificates = await Promise.all(Array.from({ length: 200 }, () => issue(platform, root, { commonName: 'same.corp.test' })));
    const distinct = (key: 'id' | 'name' | 'serialHex' | 'body') => new Set(certificates.map((certificate) => certificate[key])).size;
    expect([distinct('id'), distinct('name'), distinct('serialHex'), distinct('body')]).toEqual([200, 200, 200, 200]);
    expect(await count("select count(distinct key_id) as n from certificate where cn = 'same.corp.test'")).toBe(200);
    expect(await count("select count(*) as n from audit_entry where action = 'certificate.issued' and object_name like 'same.corp.test%'")).toBe(200);
    for (const { id, body } of certificates.slice(0, 5)) {
      const { key } = await platform.call('gateway', viewCertificateKey, { id }, { principal: admin });
      expect(new X509Certificate(body).checkPrivateKey(createPrivateKey(key ?? ''))).toBe(true);
    }
  });

  it('are named by serial and counter when the plain name is taken', async () => {
    const [first, second] = [await issue(platform, root, { name: 'taken' }), await issue(platform, root, { name: 'taken' })];
    expect([first.name, second.name]).toEqual(['taken', `taken-${second.serialHex}`]);
  });

  it('are one certificate when they are one request', async () => {
    const requestKey = 'ab'.repeat(32);
    const answers = await Promise.all(Array.from({ length: 30 }, () => issue(platform, root, { commonName: 'once.corp.test', requestKey })));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await count("select count(*) as n from certificate where cn = 'once.corp.test'")).toBe(1);
    const other = await issue(platform, root, { commonName: 'once.corp.test', requestKey }, aPrincipal({ admin: true, userId: 2 }));
    expect(other.id).not.toBe(answers[0]?.id);
  });

  it('are two requests when they ask for different things, whatever their key says', async () => {
    const requestKey = 'cd'.repeat(32);
    const first = await issue(platform, root, { commonName: 'twice.corp.test', requestKey });
    await expect(issue(platform, root, { commonName: 'else.corp.test', requestKey })).rejects.toMatchObject({ code: 'conflict', reason: 'idempotency.other_request' });
    const race = await Promise.allSettled(['a', 'b', 'c', 'd'].map((word) => issue(platform, root, { commonName: `${word}.corp.test`, requestKey: 'ce'.repeat(32) })));
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(race.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))).toEqual(['conflict', 'conflict', 'conflict']);
    expect(await issue(platform, root, { commonName: 'twice.corp.test', requestKey })).toMatchObject({ id: first.id });
  });

  it('are answered again only while the caller may still ask', async () => {
    const requestKey = 'de'.repeat(32);
    const operator = (roles: { id: number; name: string }[]) => aPrincipal({ userId: 77, roles });
    await issue(platform, root, { requestKey }, operator([{ id: 12, name: 'operators' }]));
    await expect(issue(platform, root, { requestKey }, operator([]))).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('are new requests a day later', async () => {
    const requestKey = 'ef'.repeat(32);
    const first = await issue(platform, root, { requestKey });
    await platform.database('issuer').query("update certificate set date_created = date_created - interval '25 hours' where id = $1", [first.id]);
    const second = await issue(platform, root, { requestKey, commonName: 'later.corp.test' });
    expect(second.id).not.toBe(first.id);
    expect(await issue(platform, root, { requestKey, commonName: 'later.corp.test' })).toMatchObject({ id: second.id });
  });

  it('silence a certificate that all of them replace', async () => {
    const old = await issue(platform, root);
    const successors = await Promise.all(Array.from({ length: 20 }, () => issue(platform, root, { replaces: [{ id: old.id }] })));
    expect(successors.every(({ replaces }) => replaces[0]?.id === old.id && !replaces[0].notify)).toBe(true);
  });

  it('are one authority when they have one name, with nothing left of the others', async () => {
    const request = anAuthorityRequest({ name: 'Contested' });
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => platform.call('gateway', createAuthority, request, { principal: admin })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))).toEqual(Array.from({ length: 4 }, () => 'already_exists'));
    expect(await count("select count(*) as n from certificate where name like 'Contested%'")).toBe(1);
  });
});
