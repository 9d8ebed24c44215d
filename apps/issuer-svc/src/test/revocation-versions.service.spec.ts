import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { changedSerialsLimits, listRevocationVersions, publishCrl, type AuthorityRecord } from '@sifaka/contracts';
import type { TestPlatform } from '@sifaka/testing';
import { issuerService } from '../issuer.service.js';
import { OcspResponders } from '../revocation/ocsp-responders.js';
import { PublishingAuthorities } from '../revocation/publishing-authorities.js';
import { aPublisher, ask, certificateOf, revoke } from './a-publisher.js';
import { admin, anIssuer, issue } from './an-issuer.js';

jest.setTimeout(120_000);

const clock = { aheadMs: 0, now: () => new Date(Date.now() + clock.aheadMs) };
let platform: TestPlatform;
beforeAll(async () => {
  platform = await anIssuer({}, issuerService, clock);
});
afterAll(() => platform.stop());

const sql = () => platform.database('issuer');
const toldOf = async ({ id: authorityId }: AuthorityRecord, since?: string | number) => {
  const { authorities } = await platform.call('gateway', listRevocationVersions, since === undefined ? {} : { since: [{ authorityId, version: String(since) }] });
  const told = authorities.find((authority) => authority.authorityId === authorityId);
  if (told === undefined) throw new Error('the authority publishes nothing');
  return told;
};
const versionOf = async (authority: AuthorityRecord): Promise<number> => Number((await toldOf(authority)).version);
/** As if so many certificates had been revoked, each with a version of its own. */
const revokeMany = (authority: AuthorityRecord, count: number) =>
  sql().query(
    `with drawn as (update revocation_publication set version = version + $2::int where authority_id = $1 returning version)
     insert into revocation (authority_id, serial_hex, certificate_id, revoked_at, reason, not_after, version)
     select $1, upper(md5($1::int || ' ' || drawn.version || ' ' || n)), a.certificate_id, now(), 'superseded', now() + interval '1 year', drawn.version - $2::int + n
     from drawn, generate_series(1, $2::int) n, authority a where a.id = $1`,
    [authority.id, count],
  );

it('tells whoever says what he knows which certificates changed since: revoked, held, let go', async () => {
  const authority = await aPublisher(platform);
  const [good, bad, held] = [await issue(platform, authority), await issue(platform, authority), await issue(platform, authority)];
  const before = await versionOf(authority);
  expect((await toldOf(authority, before)).changedSerials).toBeNull();
  await revoke(platform, bad);
  await revoke(platform, held, 'certificateHold');
  const between = await versionOf(authority);
  await revoke(platform, held, 'removeFromCRL');
  expect((await toldOf(authority, before)).changedSerials?.sort()).toEqual([bad.serialHex, held.serialHex].sort());
  expect((await toldOf(authority, between)).changedSerials).toEqual([held.serialHex]);
  expect((await toldOf(authority, between)).changedSerials).not.toContain(good.serialHex);
});

it('tells nothing to whoever knows nothing, knows more than there is, or was away for longer than the rows reach', async () => {
  const authority = await aPublisher(platform);
  const certificate = await issue(platform, authority);
  const before = await versionOf(authority);
  await revoke(platform, certificate, 'certificateHold');
  await revoke(platform, certificate, 'removeFromCRL');
  expect(await toldOf(authority)).not.toHaveProperty('changedSerials');
  expect((await toldOf(authority, before + 9)).changedSerials).toBeNull();
  expect((await toldOf(authority, before)).changedSerials).toEqual([certificate.serialHex]);
  // A new base: that it was let go stands on no later list, and its row is gone.
  await platform.call('gateway', publishCrl, { authorityId: authority.id }, { principal: admin });
  await revoke(platform, await issue(platform, authority));
  expect(await sql().query('select from revocation where serial_hex = $1', [certificate.serialHex])).toEqual([]);
  expect((await toldOf(authority, before)).changedSerials).toBeNull();
  expect((await toldOf(authority, before + 2)).changedSerials).toHaveLength(1);
});

it('tells so many of one authority and no more, and no half lists', async () => {
  const authority = await aPublisher(platform);
  const before = await versionOf(authority);
  await revokeMany(authority, changedSerialsLimits.ofOne);
  expect((await toldOf(authority, before)).changedSerials).toHaveLength(changedSerialsLimits.ofOne);
  await revokeMany(authority, 1);
  expect((await toldOf(authority, before)).changedSerials).toBeNull();
  expect((await toldOf(authority, before + 1)).changedSerials).toHaveLength(changedSerialsLimits.ofOne);
});

it('tells so many of all authorities together and no more', async () => {
  const authorities: AuthorityRecord[] = [];
  for (let count = 0; count <= changedSerialsLimits.ofAll / changedSerialsLimits.ofOne; count += 1) authorities.push(await aPublisher(platform));
  const since = await Promise.all(authorities.map(async (authority) => ({ authorityId: authority.id, version: String(await versionOf(authority)) })));
  for (const authority of authorities) await revokeMany(authority, changedSerialsLimits.ofOne);
  const told = async (known: typeof since) => (await platform.call('gateway', listRevocationVersions, { since: known })).authorities.reduce((count, { changedSerials }) => count + (changedSerials?.length ?? 0), 0);
  expect(await told(since)).toBe(0);
  expect(await told(since.slice(1))).toBe(changedSerialsLimits.ofAll);
});

it('is the same before and after the responder was exchanged: what the one signed holds on', async () => {
  const authority = await aPublisher(platform);
  const certificate = await issue(platform, authority);
  await ask(platform, authority, [certificateOf(certificate).serial]);
  const before = await versionOf(authority);
  const { app } = platform.service('issuer');
  const publisher = await app.get(PublishingAuthorities).find(authority.id);
  await sql().query('delete from ocsp_responder where authority_id = $1', [authority.id]);
  clock.aheadMs += 61_000;
  await app.get(OcspResponders).renew(publisher!);
  expect(await versionOf(authority)).toBe(before);
  await revoke(platform, certificate);
  expect((await toldOf(authority, before)).changedSerials).toEqual([certificate.serialHex]);
  const { parsed } = await ask(platform, authority, [certificateOf(certificate).serial]);
  expect(parsed).toMatchObject({ status: 'successful', basic: { responses: [{ status: 'revoked' }] } });
});

it('tells of one that is let go after it left the lists, and nobody is told the old answer', async () => {
  const authority = await aPublisher(platform);
  const certificate = await issue(platform, authority);
  const statusNow = async () => (await ask(platform, authority, [certificateOf(certificate).serial])).parsed;
  await revoke(platform, certificate, 'certificateHold');
  expect(await statusNow()).toMatchObject({ basic: { responses: [{ status: 'revoked' }] } });
  await sql().query('delete from revocation where serial_hex = $1', [certificate.serialHex]);
  const before = await versionOf(authority);
  await revoke(platform, certificate, 'removeFromCRL');
  expect((await toldOf(authority, before)).changedSerials).toEqual([certificate.serialHex]);
  expect(await statusNow()).toMatchObject({ basic: { responses: [{ status: 'good' }] } });
});
