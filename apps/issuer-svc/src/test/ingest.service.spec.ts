import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rootCertificates } from 'node:tls';
import { changeCertificateOwner, getCertificate, ingestCertificates, readPlacedCertificates } from '@sifaka/contracts';
import { parseCertificate } from '@sifaka/pki';
import type { EventCollector, TestPlatform } from '@sifaka/testing';
import { admin, anAuthority, anIssuer, issue } from './an-issuer.js';
import { anIngest, found, someCa, type Found, type Ingest } from './found-certificates.js';

let platform: TestPlatform;
let events: EventCollector;
const ca = someCa();
const chainDer = [ca.issuingDer, ca.rootDer].map((der) => der.toString('base64'));

beforeAll(async () => {
  platform = await anIssuer();
  await platform.replicate('issuer');
  events = await platform.events('sifaka.v1.>');
});
afterAll(() => platform.stop());

const ingest = async (certificates: Found[], parts: Partial<Ingest> = {}) => (await platform.call('discovery', ingestCertificates, anIngest(certificates, parts))).outcomes;
const rows = (sql: string, params: unknown[] = []) => platform.database('issuer').query<{ n: number; external_id: string | null }>(sql, params);
const read = (id: number) => platform.call('gateway', getCertificate, { id }, { principal: admin });
async function idOf(certificate: Found, parts: Partial<Ingest> = {}): Promise<number> {
  const [outcome] = await ingest([certificate], parts);
  if (outcome === undefined || outcome.status === 'refused') throw new Error(outcome?.reason ?? 'there is no answer');
  return outcome.certificateId;
}
const told = async (word: string, id: number) => (await events.waitFor(({ type, subject }) => type === `sifaka.v1.certificate.${word}` && subject === String(id))).data;
const imported = (id: number) => told('imported', id);

describe('a certificate that was found', () => {
  it('is in the inventory with names, chain and owner, and is told of', async () => {
    const der = ca.certificate({ commonName: 'www.found.test', names: ['www.found.test', 'shop.found.test'] });
    const id = await idOf(found(der, { chainDer, name: 'from IAM', externalId: 'arn:1', owner: 'Team-Web@corp.test', description: 'balancer' }));
    expect(await read(id)).toMatchObject({
      name: 'from-IAM',
      cn: 'www.found.test',
      owner: 'platform@corp.test',
      roleIds: [30],
      userId: null,
      description: 'balancer',
      externalId: 'arn:1',
      issuer: 'FoundIssuing',
      authority: null,
      hasPrivateKey: false,
      rotation: false,
      notify: true,
      status: null,
      domains: [{ name: 'www.found.test' }, { name: 'shop.found.test' }],
    });
    const [placed] = (await platform.call('deploy', readPlacedCertificates, { ids: [id] })).certificates;
    expect(placed).toMatchObject({ certificateDer: der.toString('base64'), chainDer });
    expect(await imported(id)).toMatchObject({ sourceId: 7, proposedOwner: 'team-web@corp.test', owner: 'platform@corp.test', roleIds: [30], destinationIds: [] });
    expect(await told('owner_proposed', id)).toEqual({ id, owner: 'platform@corp.test', sourceId: 7, proposedOwner: 'team-web@corp.test' });
    const logged = await rows('select 1 from certificate_log where certificate_id = $1', [id]);
    expect(logged).toEqual([]);
  });

  it('is named like any other when its place has no name for it', async () => {
    const [first, second] = [ca.certificate({ commonName: 'same.found.test' }), ca.certificate({ commonName: 'same.found.test' })];
    const outcomes = await ingest([found(first), found(second)]);
    const names = await Promise.all(outcomes.map(async (outcome) => (outcome.status === 'refused' ? '' : (await read(outcome.certificateId)).name)));
    const base = 'same.found.test-FoundIssuing-20260101-20270101';
    expect(names).toEqual([base, `${base}-${parseCertificate(second).serialHex}`]);
  });

  it('has no proposed owner when the place says nothing else', async () => {
    expect(await imported(await idOf(found(ca.certificate(), { owner: 'PLATFORM@corp.test' })))).toMatchObject({ proposedOwner: null });
  });

  it('is audited once for a call, not once for each', async () => {
    const outcomes = await ingest(Array.from({ length: 40 }, () => found(ca.certificate())), { source: { id: 99, label: 'audited' } });
    const entries = await platform.database('issuer').query<{ details: { count: number; certificateIds: number[] } }>("select details from audit_entry where object_type = 'source' and object_id = '99'");
    expect(entries).toHaveLength(1);
    expect(entries[0]?.details.certificateIds).toEqual(outcomes.map((outcome) => (outcome.status === 'new' ? outcome.certificateId : 0)).sort((a, b) => a - b));
    await ingest([found(ca.certificate())].map((each) => ({ ...each, certificateDer: 'AAAA' })), { source: { id: 98, label: 'nothing new' } });
    expect(await rows("select 1 from audit_entry where object_id = '98'")).toEqual([]);
  });
});

describe('a certificate that is known', () => {
  it('stays as it is, but for an external id where it had none', async () => {
    const der = ca.certificate();
    const id = await idOf(found(der, { description: 'first' }));
    const before = await read(id);
    const [again] = await ingest([found(der, { name: 'other', description: 'second', externalId: 'x-1', owner: 'else@corp.test' })], { owner: 'other@corp.test', ownerRoleId: 31 });
    expect(again).toMatchObject({ status: 'known', certificateId: id });
    expect(await read(id)).toEqual({ ...before, externalId: 'x-1' });
    await ingest([found(der, { externalId: 'x-2' })]);
    expect(await read(id)).toMatchObject({ externalId: 'x-1' });
  });

  it('gets no external id from a source when a person brought it: an authority may know it by that', async () => {
    const der = ca.certificate();
    const id = await idOf(found(der));
    await rows('update certificate set source_id = null where id = $1', [id]);
    await ingest([found(der, { externalId: 'somebody-elses-order' })]);
    expect(await read(id)).toMatchObject({ externalId: null });
  });

  it('costs no write when it is found again', async () => {
    const certificates = Array.from({ length: 20 }, () => found(ca.certificate(), { externalId: 'y' }));
    await ingest(certificates);
    const versions = () => platform.database('issuer').query('select id, xmin::text from certificate order by id');
    const before = await versions();
    expect((await ingest(certificates)).every(({ status }) => status === 'known')).toBe(true);
    expect(await versions()).toEqual(before);
  });

  it('is one that was issued here', async () => {
    const issued = await issue(platform, await anAuthority(platform));
    const [outcome] = await ingest([found(parseCertificate(issued.body).der)]);
    expect(outcome).toMatchObject({ status: 'known', certificateId: issued.id });
  });
});

describe('the same certificate', () => {
  it('twice in a call is one', async () => {
    const der = ca.certificate();
    const outcomes = await ingest([found(der), found(ca.certificate()), found(der, { externalId: 'late' })]);
    expect(outcomes.map(({ status }) => status)).toEqual(['new', 'new', 'known']);
    const [row] = await rows('select count(*)::int as n, max(external_id) as external_id from certificate where fingerprint_sha256 = decode($1, $2)', [parseCertificate(der).fingerprintSha256, 'hex']);
    expect(row).toEqual({ n: 1, external_id: 'late' });
  });

  it('in many calls at once, on two replicas, is one, with one event', async () => {
    const certificates = Array.from({ length: 60 }, () => found(ca.certificate({ commonName: 'race.found.test' }), { chainDer }));
    const shuffled = (shift: number) => [...certificates.slice(shift), ...certificates.slice(0, shift)];
    const answers = await Promise.all([0, 7, 13, 29, 31, 44, 50, 59].map((shift) => ingest(shuffled(shift)).then((outcomes) => ({ shift, outcomes }))));
    const ids = new Set(answers.flatMap(({ outcomes }) => outcomes.map((outcome) => (outcome.status === 'refused' ? outcome.reason : outcome.certificateId))));
    expect(ids.size).toBe(60);
    expect(answers.flatMap(({ outcomes }) => outcomes).filter(({ status }) => status === 'new')).toHaveLength(60);
    expect(await rows("select count(*)::int as n from certificate where cn = 'race.found.test'")).toEqual([{ n: 60 }]);
    expect(await rows("select count(*)::int as n from domain where name = 'race.found.test'")).toEqual([{ n: 60 }]);
    await Promise.all([...ids].map((id) => imported(Number(id))));
    expect(events.heard.filter(({ event }) => event.type.endsWith('imported') && ids.has(Number(event.subject)))).toHaveLength(60);
  });
});

describe('a call', () => {
  it('refuses what cannot be kept, each with its reason, and takes the rest', async () => {
    const good = ca.certificate();
    const bad: [what: string, certificateDer: string, reason: RegExp][] = [
      ['nothing', '', /./],
      ['no base64', '!!! not base64 !!!', /./],
      ['text', Buffer.from('hello').toString('base64'), /./],
      ['PEM', Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----').toString('base64'), /./],
      ['half of one', good.subarray(0, 100).toString('base64'), /./],
      ['more than one', Buffer.concat([good, good]).toString('base64'), /./],
      ['too big', Buffer.alloc(70_000, 0x30).toString('base64'), /65536/],
      ['a long name', ca.certificate({ commonName: 'a', names: [`${'a'.repeat(60)}.`.repeat(5) + 'test'] }).toString('base64'), /256/],
    ];
    const outcomes = await ingest([...bad.map(([, der]) => found(Buffer.from(der, 'base64'))), found(good)]);
    expect(outcomes.at(-1)).toMatchObject({ status: 'new' });
    for (const [index, [, , reason]] of bad.entries()) expect(outcomes[index]).toEqual({ status: 'refused', reason: expect.stringMatching(reason) });
  });

  it('bears texts that no database takes', async () => {
    const text = 'a\0b\uD800c';
    const id = await idOf(found(ca.certificate(), { name: text, externalId: text, owner: text, description: text }));
    expect(await read(id)).toMatchObject({ name: 'a-b-c', externalId: 'a\uFFFDb\uFFFDc', description: 'a\uFFFDb\uFFFDc' });
  });

  it('keeps of a chain what leads upwards, whatever else lies there', async () => {
    const der = ca.certificate();
    const other = someCa('Other');
    const mess = [ca.rootDer, Buffer.from('rubbish'), der, other.issuingDer, ca.issuingDer, ca.issuingDer].map((each) => each.toString('base64'));
    const [placed] = (await platform.call('deploy', readPlacedCertificates, { ids: [await idOf(found(der, { chainDer: mess }))] })).certificates;
    expect(placed?.chainDer).toEqual(chainDer);
    expect(await rows('select count(*)::int as n from chain where certificates = array[decode($1, $3), decode($2, $3)]', [...chainDer, 'base64'])).toEqual([{ n: 1 }]);
  });

  it('that fails half-way leaves nothing behind, and may come again', async () => {
    const sql = platform.database('issuer');
    const certificates = Array.from({ length: 5 }, () => found(ca.certificate({ commonName: 'halfway.found.test' })));
    await sql.query("alter table outbox add constraint no_audit check (subject <> 'sifaka.v1.audit.recorded') not valid");
    await expect(ingest(certificates)).rejects.toMatchObject({ code: 'internal' });
    await sql.query('alter table outbox drop constraint no_audit');
    expect(await rows("select count(*)::int as n from certificate where cn = 'halfway.found.test'")).toEqual([{ n: 0 }]);
    expect((await ingest(certificates)).map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'new'));
  });

  it('takes five hundred at once', async () => {
    const outcomes = await ingest(Array.from({ length: 500 }, () => found(ca.certificate(), { chainDer })));
    expect(outcomes.every(({ status }) => status === 'new')).toBe(true);
  });

  it('takes every root that Node trusts', async () => {
    const outcomes = await ingest(rootCertificates.map((pem) => found(parseCertificate(pem).der)));
    expect(outcomes.filter(({ status }) => status === 'refused')).toEqual([]);
  });
});

describe('the owner of a certificate that was found', () => {
  it('is another when the gateway hands it over', async () => {
    const id = await idOf(found(ca.certificate(), { owner: 'team@corp.test' }));
    await platform.call('gateway', changeCertificateOwner, { id, owner: 'team@corp.test', ownerRoleId: 44 });
    expect(await read(id)).toMatchObject({ owner: 'team@corp.test', roleIds: [44] });
  });
});
