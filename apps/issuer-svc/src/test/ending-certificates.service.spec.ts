import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listEndingCertificates, readNotableCertificates, revokeCertificate, type AuthorityRecord, type RequestOf } from '@sifaka/contracts';
import type { TestPlatform } from '@sifaka/testing';
import { admin, anAuthority, anIssuer, dns, issue } from './an-issuer.js';

let platform: TestPlatform;
let authority: AuthorityRecord;
beforeAll(async () => {
  platform = await anIssuer();
  authority = await anAuthority(platform);
});
afterAll(() => platform.stop());

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
const lasting = (days: number) => ({ validityYears: null, validityStart: inDays(0), validityEnd: inDays(days) });
const ending = async (parts: Partial<RequestOf<typeof listEndingCertificates>> = {}) => {
  const input = { notAfterFrom: null, notAfterTo: inDays(90), ids: null, notify: null, kind: 'leaf' as const, after: null, limit: 100, ...parts };
  return (await platform.call('notify', listEndingCertificates, input)).certificates;
};
const notable = async (...ids: number[]) => (await platform.call('discovery', readNotableCertificates, { ids })).certificates;

describe('certificates that end soon', () => {
  it('come soonest first, with what those need who look after them', async () => {
    const late = await issue(platform, authority, { commonName: 'late.corp.test', ...lasting(60) });
    const soon = await issue(platform, authority, { commonName: 'soon.corp.test', extensions: dns('www.corp.test'), rotation: true, ...lasting(20) });
    const found = await ending({ ids: [late.id, soon.id] });
    expect(found.map(({ id }) => id)).toEqual([soon.id, late.id]);
    expect(found[0]).toMatchObject({
      name: soon.name,
      commonName: 'soon.corp.test',
      names: ['soon.corp.test', 'www.corp.test'],
      serialHex: soon.serialHex,
      owner: 'payments@corp.test',
      rotation: true,
      notBefore: soon.notBefore,
      notAfter: soon.notAfter,
      authority: { id: authority.id, name: authority.name, plugin: 'cryptography-issuer' },
      userId: 1,
      ownAuthority: null,
      replaces: [],
      replacedBy: [],
      endpointCount: 0,
      destinationCount: 0,
      isInRenewalWindow: false,
      renewal: { state: 'planned', reason: expect.stringContaining('not before half of its life is over'), isLate: false, lastError: null },
    });
    expect(found[1]?.renewal).toMatchObject({ state: 'off', reason: 'rotation is off', windowStart: null });
    expect((await ending({ ids: [late.id, soon.id], after: { notAfter: soon.notAfter, id: soon.id } })).map(({ id }) => id)).toEqual([late.id]);
    expect((await ending({ ids: [late.id, soon.id], limit: 1 })).map(({ id }) => id)).toEqual([soon.id]);
  });

  it('are never those that are revoked, and read by id they are', async () => {
    const certificate = await issue(platform, authority, { rotation: true, ...lasting(10) });
    await platform.call('gateway', revokeCertificate, { id: certificate.id, comments: null, crlReason: 'certificateHold' }, { principal: admin });
    expect(await ending({ ids: [certificate.id] })).toEqual([]);
    expect(await notable(certificate.id, 2_000_000_000)).toMatchObject([{ id: certificate.id, status: 'revoked', isDeleted: false, renewal: { state: 'off' } }]);
  });

  it('are those on hold where these are asked for, with what their owners wanted to be told before', async () => {
    const [held, silent, revoked, valid] = [await issue(platform, authority, lasting(10)), await issue(platform, authority, { notify: false, ...lasting(11) }), await issue(platform, authority, lasting(12)), await issue(platform, authority, lasting(13))];
    for (const { id } of [held, silent]) await platform.call('gateway', revokeCertificate, { id, comments: null, crlReason: 'certificateHold' }, { principal: admin });
    await platform.call('gateway', revokeCertificate, { id: revoked.id, comments: null, crlReason: 'keyCompromise' }, { principal: admin });
    const ids = [held, silent, revoked, valid].map(({ id }) => id);
    const found = async (notify: boolean | null) => (await ending({ ids, isOnHold: true, notify })).map(({ id }) => id);
    expect([await found(null), await found(true), await found(false)]).toEqual([[held.id, silent.id], [held.id], [silent.id]]);
  });

  it('come in answers that fit a message, however many names they have', async () => {
    const ids: number[] = [];
    for (let count = 0; count < 5; count += 1) ids.push((await issue(platform, authority, lasting(30 + count))).id);
    await platform.database('issuer').query(
      `insert into domain (certificate_id, name, position) select c, repeat('n', 2000) || n || '.corp.test', n from unnest($1::int[]) c, generate_series(100, 200) n`,
      [ids],
    );
    const all = async (read: (rest: number[]) => Promise<{ id: number }[]>) => {
      const found: number[] = [];
      for (let rest = ids; rest.length > 0; rest = ids.filter((id) => !found.includes(id))) {
        const page = await read(rest);
        if (page.length === 0) break;
        expect(JSON.stringify(page).length).toBeLessThan(700_000);
        found.push(...page.map(({ id }) => id));
      }
      return found;
    };
    expect(await all((rest) => notable(...rest))).toEqual(ids);
    expect(await all((rest) => ending({ ids: rest }))).toEqual(ids);
  });

  it('are asked for with their notifications on or off', async () => {
    const silent = await issue(platform, authority, { notify: false, ...lasting(5) });
    expect(await ending({ ids: [silent.id], notify: true })).toEqual([]);
    expect(await ending({ ids: [silent.id], notify: false })).toHaveLength(1);
  });

  it('say which others took their place, and which authorities themselves end', async () => {
    const old = await issue(platform, authority, lasting(9));
    const young = await issue(platform, authority, { replaces: [{ id: old.id }], ...lasting(80) });
    expect(await notable(old.id, young.id)).toMatchObject([
      { id: old.id, replacedBy: [{ id: young.id, name: young.name }], renewal: { state: 'renewed', reason: `"${young.name}" took its place` } },
      { id: young.id, replaces: [{ id: old.id, name: old.name }] },
    ]);
    const authorities = await ending({ kind: 'authority', notAfterTo: inDays(5_000) });
    expect(authorities.find(({ ownAuthority }) => ownAuthority?.id === authority.id)).toMatchObject({
      ownAuthority: { name: authority.name, isSelfSigned: true, issuedCount: expect.any(Number) },
      renewal: { state: 'off', reason: expect.stringContaining('certificate of an authority') },
    });
  });
});
