import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { crlPublished, crlSliceBytes, getPublication, publishCrl, type AuthorityRecord, type CertificateRecord } from '@sifaka/contracts';
import { deltaFault, revokedEntry } from '@sifaka/pki';
import { aPrincipal, waitUntil, type TestPlatform } from '@sifaka/testing';
import { issuerService } from '../issuer.service.js';
import { MakeCrls } from '../revocation/make-crls.js';
import { PublicationRepository } from '../revocation/publication.repository.js';
import { PublishingAuthorities } from '../revocation/publishing-authorities.js';
import { PublishCrl } from '../revocation/publish-crl.js';
import { aPublisher, certificateOf, crlOf, listedAs, revoke, slugOf } from './a-publisher.js';
import { admin, anAuthority, anIssuer, aSubCa, issue } from './an-issuer.js';

jest.setTimeout(120_000);

const hourMs = 3_600_000;
/** Runs like the true one, and can be put forward. */
const clock = { aheadMs: 0, now: () => new Date(Date.now() + clock.aheadMs) };
let platform: TestPlatform;

beforeAll(async () => {
  platform = await anIssuer({ SIFAKA_REVOCATION_URL: 'http://pki.corp.test/' }, issuerService, clock);
});
afterAll(() => platform.stop());

const signal = new AbortController().signal;
const publisher = (which = platform.service('issuer')): PublishCrl => which.app.get(PublishCrl);
const due = () => publisher().due({}, { signal });
const publish = (authority: AuthorityRecord, principal = admin) => platform.call('gateway', publishCrl, { authorityId: authority.id }, { principal });
const serial = (certificate: CertificateRecord): bigint => certificateOf(certificate).serial;
const listed = (authority: AuthorityRecord, condition: Parameters<typeof listedAs>[2], kind: 'full' | 'delta' = 'full') => listedAs(platform, authority, condition, kind, clock.now());

describe('the lists of an authority', () => {
  it('are there soon after it was made, the delta too, and hold for a week', async () => {
    const authority = await anAuthority(platform);
    const full = await listed(authority, ({ number }) => number === 2n);
    expect(full.entries.count).toBe(0);
    expect(full.freshestCrlUrls).toEqual([`http://pki.corp.test/crl/${slugOf(authority)}-delta.crl`]);
    expect(full.nextUpdate!.getTime() - clock.now().getTime()).toBeGreaterThan(6.9 * 24 * hourMs);
    const delta = await crlOf(platform, authority, 'delta', clock.now());
    expect(delta).toMatchObject({ number: 2n, baseNumber: 1n });
    expect(deltaFault(full, delta)).toBeNull();
  });

  it('name what is revoked, with time and reason, and tell that they are new', async () => {
    const authority = await anAuthority(platform);
    const events = await platform.events(crlPublished.subject);
    const certificate = await issue(platform, authority);
    await revoke(platform, certificate, 'superseded');
    const full = await listed(authority, ({ entries }) => entries.count === 1);
    expect(revokedEntry(serial(certificate), full)).toMatchObject({ reason: 'superseded' });
    const event = await events.waitFor(({ data }) => JSON.stringify(data).includes(`"number":"${full.number}"`) && JSON.stringify(data).includes(slugOf(authority)));
    expect(event.data).toMatchObject({ authorityId: authority.id, entryCount: 1 });
  });

  it('are one for many revocations of the same time, with growing numbers, whichever replica makes them', async () => {
    const authority = await anAuthority(platform);
    const replica = await platform.replicate('issuer');
    const certificates = await Promise.all(Array.from({ length: 30 }, (_, index) => issue(platform, authority, { commonName: `many-${index}.corp.test` })));
    await due();
    const before = (await listed(authority, ({ number }) => number !== null)).number ?? 0n;
    await Promise.all(certificates.map((certificate) => revoke(platform, certificate)));
    await Promise.all([due(), publisher(replica).due({}, { signal })]);
    const after = await listed(authority, ({ entries }) => entries.count === 30);
    expect(Number((after.number ?? 0n) - before)).toBeLessThan(10);
    const rows = await platform.database('issuer').query<{ kind: string; number: number; version: number }>('select kind, number, version from crl where authority_id = $1 order by kind, number', [authority.id]);
    for (const kind of ['full', 'delta']) {
      const versions = rows.filter((row) => row.kind === kind).map(({ version }) => version);
      expect(versions).toEqual([...versions].sort((a, b) => a - b));
    }
  });

  it('hold what was revoked below: sub-CAs stand on the list of their parent', async () => {
    const root = await anAuthority(platform);
    const below = await aSubCa(platform, root);
    await revoke(platform, below.authorityCertificate, 'cACompromise');
    const full = await listed(root, ({ entries }) => entries.count === 1);
    expect([...full.entries][0]).toMatchObject({ reason: 'cACompromise' });
  });

  it('may be longer than a message of the bus', async () => {
    const authority = await anAuthority(platform);
    const { id } = await issue(platform, authority);
    await publish(authority);
    await platform.database('issuer').query(
      `insert into revocation (authority_id, serial_hex, certificate_id, revoked_at, reason, not_after, version)
       select $1, upper(md5(n::text)), $2, $3, 'superseded', $3::timestamptz + interval '1 year', 0 from generate_series(1, 25000) n`,
      [authority.id, id, clock.now()],
    );
    const { full } = await publish(authority);
    expect(full?.byteLength).toBeGreaterThan(2 * crlSliceBytes);
    expect((await crlOf(platform, authority, 'full', clock.now())).entries.count).toBe(25_000);
  });

  it('keep a deleted certificate', async () => {
    const authority = await anAuthority(platform);
    const certificate = await issue(platform, authority);
    await revoke(platform, certificate);
    await platform.database('issuer').query('update certificate set deleted = true where id = $1', [certificate.id]);
    await listed(authority, ({ entries }) => entries.count === 1);
    await publish(authority);
    expect((await crlOf(platform, authority, 'full', clock.now())).entries.count).toBe(1);
  });

  it('are made by another replica seconds after the one that makes them died', async () => {
    const authority = await aPublisher(platform);
    const publications = platform.service('issuer').app.get(PublicationRepository);
    const claimOf = async () => (await platform.database('issuer').query<{ ms: number }>('select extract(epoch from claimed_until - clock_timestamp())::float8 * 1000 as ms from revocation_publication where authority_id = $1', [authority.id]))[0]?.ms ?? 0;
    const lapse = () => platform.database('issuer').query("update revocation_publication set claimed_until = clock_timestamp() - interval '1 ms' where authority_id = $1", [authority.id]);
    const claim = async () => {
      const claimed = await publications.claim(authority.id);
      return 'number' in claimed ? claimed.number : null;
    };
    await lapse();
    const dead = await claim();
    expect(dead).not.toBeNull();
    expect(await claimOf()).toBeLessThanOrEqual(12_000);
    expect(await claim()).toBeNull();
    await lapse();
    const second = await claim();
    expect(second).not.toBeNull();
    // It was not dead, only late: what the other one holds is nothing to it.
    expect(await publications.renew(authority.id, dead ?? 0)).toBe(false);
    await publications.fail(authority.id, dead ?? 0, 'too late', clock.now());
    expect(await claim()).toBeNull();
    expect(await publications.renew(authority.id, second ?? 0)).toBe(true);
    await publications.fail(authority.id, second ?? 0, 'no key', clock.now());
    expect(await claim()).not.toBeNull();
  });

  it('are left to the replica that is at them, however long it takes', async () => {
    const authority = await aPublisher(platform);
    const endOf = async () => (await platform.database('issuer').query<{ at: Date }>('select claimed_until as at from revocation_publication where authority_id = $1', [authority.id]))[0]?.at.getTime() ?? 0;
    const making = platform.service('issuer').app.get(MakeCrls);
    const run = making.run.bind(making);
    const slow = jest.spyOn(making, 'run').mockImplementationOnce(async (...terms) => {
      const first = await endOf();
      await waitUntil(async () => (await endOf()) > first, { what: 'a claim that is held' });
      return run(...terms);
    });
    const publishing = await platform.service('issuer').app.get(PublishingAuthorities).find(authority.id);
    await publisher().now(publishing!, signal);
    expect(slow).toHaveBeenCalled();
    slow.mockRestore();
  });

  it('are made at the word of those who hold a role of the authority', async () => {
    const authority = await anAuthority(platform);
    await expect(publish(authority, aPrincipal())).rejects.toMatchObject({ code: 'permission_denied' });
    const first = await publish(authority);
    const second = await publish(authority);
    expect(Number(second.full?.number)).toBeGreaterThan(Number(first.full?.number));
    expect(second.delta).toMatchObject({ number: second.full?.number, baseNumber: first.full?.number });
  });
});

describe('time', () => {
  it('makes a list every day, and drops what expired once it stood on one after that', async () => {
    const authority = await anAuthority(platform);
    const end = new Date(clock.now().getTime() + 30 * hourMs);
    const certificate = await issue(platform, authority, { validityYears: null, validityStart: clock.now().toISOString(), validityEnd: end.toISOString() });
    await revoke(platform, certificate);
    const first = await listed(authority, ({ entries }) => entries.count === 1);
    const counts: number[] = [];
    let { number } = first;
    for (let day = 0; day < 4; day += 1) {
      clock.aheadMs += 25 * hourMs;
      await due();
      const before = number ?? 0n;
      const crl = await listed(authority, (each) => (each.number ?? 0n) > before);
      number = crl.number;
      counts.push(crl.entries.count);
    }
    // After 25, 50, 75 and 100 hours: the certificate ended after 30.
    expect(counts).toEqual([1, 1, 0, 0]);
    expect(await platform.database('issuer').query('select from revocation where authority_id = $1', [authority.id])).toEqual([]);
  });

  it('says why a list could not be made, and tries again', async () => {
    const authority = await anAuthority(platform);
    await publish(authority);
    const sql = platform.database('issuer');
    const [{ key_id: keyId }] = (await sql.query<{ key_id: string }>('select key_id::text from authority where id = $1', [authority.id])) as [{ key_id: string }];
    const other = await anAuthority(platform);
    await platform.database('keyvault').query('update key set owner = $2 where id = $1', [keyId, 'acme']);
    await platform.restart('keyvault');
    await expect(publish(authority)).rejects.toMatchObject({ code: 'not_found' });
    const failed = await platform.call('gateway', getPublication, { authorityId: authority.id }, { principal: admin });
    expect(failed.lastError).toContain(keyId);
    expect((await publish(other)).lastError).toBeNull();
    await platform.database('keyvault').query('update key set owner = $2 where id = $1', [keyId, 'issuer']);
    clock.aheadMs += 25 * hourMs;
    await waitUntil(async () => {
      await due();
      return (await platform.call('gateway', getPublication, { authorityId: authority.id }, { principal: admin })).lastError === null;
    });
  });
});

describe('a delta', () => {
  it('adds to its base: what was revoked since, and what was released', async () => {
    const authority = await anAuthority(platform);
    const [held, lost] = [await issue(platform, authority), await issue(platform, authority)];
    await revoke(platform, held, 'certificateHold');
    await listed(authority, ({ entries }) => entries.count === 1);
    await publish(authority);
    const base = await crlOf(platform, authority, 'full', clock.now());
    expect(revokedEntry(serial(held), base)).toMatchObject({ reason: 'certificateHold' });

    await revoke(platform, held, 'removeFromCRL');
    await revoke(platform, lost);
    const delta = await listed(authority, ({ entries }) => entries.count === 2, 'delta');
    expect(delta.baseNumber).toBe(base.number);
    expect(delta.entries.find(serial(held))).toMatchObject({ reason: 'removeFromCRL' });
    expect(deltaFault(base, delta)).toBeNull();
    expect(revokedEntry(serial(held), base, delta)).toBeNull();
    expect(revokedEntry(serial(lost), base, delta)).not.toBeNull();
    const full = await crlOf(platform, authority, 'full', clock.now());
    expect(full.number).toBe(delta.number);
    expect([...full.entries].map((entry) => entry.serial)).toEqual([serial(lost)]);
  });
});
