import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { certificateFoundRevoked, certificateReleased, checkRevocation, getCertificate, getRevocationCheck, revokeCertificate, runServiceJob, serviceStatus, type CertificateRecord } from '@sifaka/contracts';
import { Database } from '@sifaka/database';
import { fixedClock } from '@sifaka/kernel';
import { certificatePem } from '@sifaka/pki';
import { StandInAuthority, StandInServer } from '@sifaka/revocation-check/stand-in';
import { aPrincipal, waitUntil, type EventCollector, type TestPlatform } from '@sifaka/testing';
import { CertificateRepository } from '../certificate/certificate.repository.js';
import { RecordRevocation } from '../revocation/record-revocation.js';
import { CheckRevoked } from '../revocation-check/check-revoked.js';
import { admin, anAuthority, anIssuer, issue, upload } from './an-issuer.js';

jest.setTimeout(60_000);

const clock = fixedClock(new Date());
const hours = (count: number): Date => new Date(clock.now().getTime() + count * 3_600_000);
const today = () => ({ thisUpdate: hours(-1), nextUpdate: hours(23) });
const ca = StandInAuthority.root('Outside CA');
const as = { principal: admin };

let platform: TestPlatform;
let server: StandInServer;
let inside: StandInServer;
let found: EventCollector;
let released: EventCollector;
let counter = 0;

beforeAll(async () => {
  [server, inside] = await Promise.all([StandInServer.start(), StandInServer.start()]);
  platform = await anIssuer({ SIFAKA_OUTBOUND_ALLOWED_HOSTS: `127.0.0.1:${server.port}` }, undefined, clock);
  found = await platform.events(certificateFoundRevoked.subject);
  released = await platform.events(certificateReleased.subject);
});
afterAll(async () => {
  await platform.stop();
  await Promise.all([server.stop(), inside.stop()]);
});
beforeEach(() => void server.visits.splice(0));

interface Known {
  leaf: StandInAuthority;
  record: CertificateRecord;
  path: string;
}

/** A certificate of the outside CA in the inventory that names a responder, or a list. */
async function known(kind: 'ocsp' | 'crl', address?: string): Promise<Known> {
  const path = `/${kind}/${(counter += 1)}`;
  const url = address ?? `${server.origin}${path}`;
  const leaf = ca.issue({ commonName: `c${counter}.corp.test`, extensions: kind === 'ocsp' ? { authorityInfoAccess: { ocsp: [url], caIssuers: [] } } : { crlDistributionPoints: [url] } });
  const record = await upload(platform, { body: certificatePem(leaf.certificate), chain: certificatePem(ca.certificate) });
  return { leaf, record, path };
}

const says = ({ leaf, path }: Known, said: Parameters<StandInAuthority['ocsp']>[1]) => server.onOcsp(path, () => ca.ocsp(leaf.certificate.serial, said, today()));
const check = ({ record }: Known, principal = admin) => platform.call('gateway', checkRevocation, { id: record.id }, { principal });
const last = async ({ record }: Known) => (await platform.call('gateway', getRevocationCheck, { id: record.id }, as)).check;
const statusOf = async ({ record }: Known) => (await platform.call('gateway', getCertificate, { id: record.id }, as)).status;
const revocationOf = async ({ record }: Known) => (await platform.database('issuer').query('select revoked_at, revocation_reason from certificate where id = $1', [record.id]))[0];
const revoked = { status: 'revoked', revokedAt: new Date('2026-02-01T00:00:00Z'), reason: 'keyCompromise' } as const;

describe('a check that somebody asks for', () => {
  it('keeps what the CA says, and the status follows', async () => {
    const it_ = await known('ocsp');
    expect([await last(it_), await statusOf(it_)]).toEqual([null, null]);
    says(it_, { status: 'good' });
    const answer = await check(it_);
    expect(answer).toMatchObject({ certificateId: it_.record.id, status: 'good', saidBy: 'ocsp', checkedAt: clock.now().toISOString(), steps: [{ method: 'ocsp', outcome: 'good', url: `${server.origin}${it_.path}` }] });
    expect([await last(it_), await statusOf(it_)]).toEqual([answer, 'valid']);
    says(it_, { status: 'unknown' });
    expect([(await check(it_)).status, await statusOf(it_)]).toEqual(['unknown', 'unknown']);
  });

  it('tells the world once of a certificate that its CA revoked, and changes nothing but the status', async () => {
    const it_ = await known('ocsp');
    says(it_, revoked);
    expect(await check(it_)).toMatchObject({ status: 'revoked', revokedAt: revoked.revokedAt.toISOString(), crlReason: 'keyCompromise' });
    await check(it_);
    const { data } = await found.waitFor((event) => (event.data as { id: number }).id === it_.record.id);
    expect(data).toMatchObject({ name: it_.record.name, notify: true, revokedAt: revoked.revokedAt.toISOString(), crlReason: 'keyCompromise', saidBy: 'ocsp' });
    expect(await platform.call('gateway', getCertificate, { id: it_.record.id }, as)).toMatchObject({ status: 'revoked', notify: true });
    const other = await known('ocsp');
    says(other, revoked);
    await check(other);
    await found.waitFor((event) => (event.data as { id: number }).id === other.record.id);
    expect(found.heard.filter(({ event }) => (event.data as { id: number }).id === it_.record.id)).toHaveLength(1);
  });

  it('lets a certificate be valid again that only its CA had on hold, when it says so later than the hold', async () => {
    const it_ = await known('ocsp');
    const saysAt = (said: Parameters<StandInAuthority['ocsp']>[1], thisUpdate: Date) => server.onOcsp(it_.path, () => ca.ocsp(it_.leaf.certificate.serial, said, { thisUpdate, nextUpdate: hours(23) }));
    saysAt({ ...revoked, reason: 'certificateHold' }, hours(-3));
    await check(it_);
    expect(await statusOf(it_)).toBe('revoked');
    server.on(it_.path, Buffer.from('nonsense'));
    await check(it_);
    expect(await statusOf(it_)).toBe('revoked');
    // Played back, or from a cache: answers that hold still, and are no younger than the hold.
    for (const thisUpdate of [hours(-20), hours(-3)]) {
      saysAt({ status: 'good' }, thisUpdate);
      expect([(await check(it_)).status, await statusOf(it_)]).toEqual(['good', 'revoked']);
    }
    saysAt({ status: 'good' }, hours(-2));
    await check(it_);
    expect(await statusOf(it_)).toBe('valid');
    await released.waitFor((event) => (event.data as { id: number }).id === it_.record.id);
  });

  it('never makes valid what the CA revoked for good, whatever is said later', async () => {
    const it_ = await known('ocsp');
    says(it_, revoked);
    await check(it_);
    server.onOcsp(it_.path, () => ca.ocsp(it_.leaf.certificate.serial, { status: 'good' }, { thisUpdate: hours(0), nextUpdate: hours(23) }));
    expect([(await check(it_)).status, await statusOf(it_)]).toEqual(['good', 'revoked']);
    says(it_, { ...revoked, reason: 'certificateHold' });
    await check(it_);
    server.onOcsp(it_.path, () => ca.ocsp(it_.leaf.certificate.serial, { status: 'good' }, { thisUpdate: hours(0), nextUpdate: hours(23) }));
    expect([(await check(it_)).status, await statusOf(it_)]).toEqual(['good', 'revoked']);
    expect(await revocationOf(it_)).toEqual({ revoked_at: revoked.revokedAt, revocation_reason: 'keyCompromise' });
  });

  it('takes a hold for final when the CA made it so, and tells of it', async () => {
    const it_ = await known('ocsp');
    says(it_, { ...revoked, reason: 'certificateHold' });
    await check(it_);
    says(it_, { ...revoked, revokedAt: new Date('2026-03-01T00:00:00Z') });
    await check(it_);
    expect(await revocationOf(it_)).toEqual({ revoked_at: revoked.revokedAt, revocation_reason: 'keyCompromise' });
    await found.waitFor(({ data }) => (data as { id: number }).id === it_.record.id && (data as { crlReason: string }).crlReason === 'keyCompromise');
    server.onOcsp(it_.path, () => ca.ocsp(it_.leaf.certificate.serial, { status: 'good' }, { thisUpdate: hours(0), nextUpdate: hours(23) }));
    await check(it_);
    expect(await statusOf(it_)).toBe('revoked');
  });

  it('leaves a hold to whoever held it here as well', async () => {
    const it_ = await known('ocsp');
    says(it_, { ...revoked, reason: 'certificateHold' });
    await check(it_);
    const { app } = platform.service('issuer');
    const held = await app.get(CertificateRepository).get(it_.record.id);
    await app.get(Database).transaction((tx) => app.get(RecordRevocation).revoke(tx, null, held, { at: clock.now(), revokedAt: clock.now(), reason: 'certificateHold', by: admin }));
    server.onOcsp(it_.path, () => ca.ocsp(it_.leaf.certificate.serial, { status: 'good' }, { thisUpdate: hours(0), nextUpdate: hours(23) }));
    expect([(await check(it_)).status, await statusOf(it_)]).toEqual(['good', 'revoked']);
  });

  it('never makes valid what was revoked here', async () => {
    const it_ = await known('ocsp');
    await platform.database('issuer').query("update certificate set status = 'revoked', revoked_at = now(), revocation_reason = 'superseded' where id = $1", [it_.record.id]);
    says(it_, { status: 'good' });
    expect([(await check(it_)).status, await statusOf(it_)]).toEqual(['good', 'revoked']);
  });

  it('is settled by the inventory where the key of the authority is ours', async () => {
    const authority = await anAuthority(platform);
    const certificate = await issue(platform, authority);
    const ours = { record: certificate } as Known;
    expect(await check(ours)).toMatchObject({ status: 'good', saidBy: 'inventory', steps: [] });
    expect(await statusOf(ours)).toBe('valid');
    await platform.call('gateway', revokeCertificate, { id: certificate.id, comments: '', crlReason: 'superseded' }, as);
    expect(await check(ours)).toMatchObject({ status: 'revoked', saidBy: 'inventory', crlReason: 'superseded' });
    expect(await statusOf(ours)).toBe('revoked');
    expect(server.visits).toEqual([]);
  });

  it('reaches no private address, neither at once nor by a redirect', async () => {
    const direct = await known('crl', `${inside.origin}/a.crl`);
    expect(await check(direct)).toMatchObject({ status: 'unknown', steps: [{ outcome: 'refused', detail: expect.stringContaining('loopback') }] });
    const led = await known('crl');
    server.on(led.path, (_request, response) => void response.writeHead(302, { location: `${inside.origin}/b.crl` }).end());
    expect(await check(led)).toMatchObject({ status: 'unknown', steps: [{ outcome: 'refused', detail: expect.stringContaining('loopback') }] });
    expect(inside.visits).toEqual([]);
  });

  it('is for those who may change the certificate, and for certificates that are there', async () => {
    const it_ = await known('ocsp');
    await expect(check(it_, aPrincipal({ userId: 77 }))).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(platform.call('gateway', checkRevocation, { id: 999_999 }, as)).rejects.toMatchObject({ code: 'not_found' });
    await expect(platform.call('gateway', getRevocationCheck, { id: 999_999 }, as)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('check_revoked', () => {
  const task = () => platform.service('issuer').app.get(CheckRevoked);
  const run = (signal = new AbortController().signal) => task().run({}, { signal });
  const lookedAt = async (since: Date) => (await platform.database('issuer').query<{ id: number }>('select certificate_id as id from revocation_check where checked_at >= $1 order by 1', [since])).map(({ id }) => id);

  it('looks at what was there before yesterday, is valid, and is of an outside CA', async () => {
    clock.advance(10 * 86_400_000);
    await run();
    const [good, bad, unsure] = [await known('ocsp'), await known('crl'), await known('crl', 'ldap://directory.test/cn=crl')];
    expect(await run()).toMatchObject({ isResumed: false });
    expect([await last(good), await last(bad), await last(unsure)]).toEqual([null, null, null]);

    clock.advance(3 * 86_400_000);
    says(good, { status: 'good' });
    server.on(bad.path, ca.crl(today(), { entries: [{ serial: bad.leaf.certificate.serial, revokedAt: hours(-10), reason: 'superseded' }] }));
    const report = await run();
    expect(report).toMatchObject({ revoked: 1, revokedCertificates: [bad.record.name], isResumed: false, failed: 0 });
    expect([await statusOf(good), await statusOf(bad), await statusOf(unsure)]).toEqual(['valid', 'revoked', 'unknown']);
    await found.waitFor((event) => (event.data as { id: number }).id === bad.record.id);

    server.visits.splice(0);
    expect(await run()).toMatchObject({ revoked: 0 });
    expect(server.count(`GET ${bad.path}`)).toBe(0);
  });

  it('asks about a hold again every day, also after a day without an answer', async () => {
    const it_ = await known('ocsp');
    clock.advance(3 * 86_400_000);
    says(it_, { ...revoked, reason: 'certificateHold' });
    await run();
    server.on(it_.path, Buffer.from('nonsense'));
    clock.advance(86_400_000);
    await run();
    expect([(await last(it_))?.status, await statusOf(it_)]).toEqual(['unknown', 'revoked']);
    says(it_, { status: 'good' });
    clock.advance(86_400_000);
    await run();
    expect(await statusOf(it_)).toBe('valid');
  });

  it('settles certificates of authorities here without asking anybody', async () => {
    const authority = await anAuthority(platform);
    const certificate = await issue(platform, authority);
    clock.advance(3 * 86_400_000);
    expect(Number((await run()).settledByInventory)).toBeGreaterThanOrEqual(2);
    expect(await statusOf({ record: certificate } as Known)).toBe('valid');
    expect(await last({ record: certificate } as Known)).toBeNull();
  });

  it('goes on where it was cut off', async () => {
    const many: Known[] = [];
    for (let count = 0; count < 40; count += 1) many.push(await known('ocsp'));
    clock.advance(3 * 86_400_000);
    const limit = new AbortController();
    let visits = 0;
    for (const one of many) {
      server.onOcsp(one.path, () => {
        if ((visits += 1) === 20) limit.abort();
        return ca.ocsp(one.leaf.certificate.serial, { status: 'good' }, today());
      });
    }
    const start = clock.now();
    await run(limit.signal);
    const before = await lookedAt(start);
    expect(before.length).toBeLessThan(40);
    visits = 100;
    clock.advance(1_000);
    expect(await run()).toMatchObject({ isResumed: true });
    const ids = many.map(({ record }) => record.id);
    expect((await lookedAt(start)).filter((id) => ids.includes(id))).toHaveLength(40);
    expect((await lookedAt(clock.now())).filter((id) => before.includes(id))).toEqual([]);
  });

  it('runs as a task, when asked too', async () => {
    await platform.call('gateway', runServiceJob.issuer, { name: 'check_revoked', arguments: {} }, as);
    const { lastReport } = await waitUntil(async () => {
      const status = (await platform.call('gateway', serviceStatus.issuer, {}, as)).jobs.find(({ name }) => name === 'check_revoked');
      return status !== undefined && status.lastReport !== null ? status : undefined;
    });
    expect(lastReport).toMatchObject({ checked: expect.any(Number), ocspErrors: expect.any(Number), crlErrors: expect.any(Number) });
  });
});
