import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { issuerTimeline, reissueCertificate, revokeCertificate, updateAuthority, type AuthorityRecord, type RequestOf, type TimelineEntry } from '@sifaka/contracts';
import type { AppError } from '@sifaka/kernel';
import { admin, anAuthority } from './an-issuer.js';
import { aRenewalWorld, day, hour, type RenewalWorld } from './a-renewal-world.js';

let world: RenewalWorld;
beforeAll(async () => {
  world = await aRenewalWorld({ SIFAKA_RENEWALS_PER_HOUR_OF: JSON.stringify({ 'Full Hour': 1 }) });
});
afterAll(() => world.stop());
afterEach(() => world.at(0));

const call: RenewalWorld['platform']['call'] = (...question) => world.platform.call(...question);
const as = { principal: admin };
const close = ({ id, owner }: AuthorityRecord, active = false) => call('gateway', updateAuthority, { id, owner, ownerRoleId: 10, description: null, roleIds: [], options: null, active }, as);
const reissue = (id: number, isDryRun: boolean) => call('gateway', reissueCertificate, { id, isDryRun, isForced: false }, as);
const revoke = (id: number, crlReason: RequestOf<typeof revokeCertificate>['crlReason']) => call('gateway', revokeCertificate, { id, comments: null, crlReason }, as);
const timeline = async (id: number, ...kinds: TimelineEntry['kind'][]) => (await call('gateway', issuerTimeline, { certificateId: id }, as)).entries.filter(({ kind }) => kinds.includes(kind));
/** What the dry run is refused with, and then the reissue itself. */
const refusals = async (id: number) => {
  const refused = async (isDryRun: boolean) => {
    const [answer] = await Promise.allSettled([reissue(id, isDryRun)]);
    if (answer.status === 'fulfilled') return null;
    const { code, reason, message } = answer.reason as AppError;
    return { code, reason, message };
  };
  return [await refused(true), await refused(false)];
};

describe('a reissue as dry run', () => {
  it('is refused as the reissue itself would be while the authority is not active', async () => {
    const authority = await anAuthority(world.platform);
    const { id } = await world.issue(authority, 90 * day);
    await close(authority);
    const [rehearsed, real] = await refusals(id);
    expect(real).toMatchObject({ code: 'invalid_argument', reason: 'policy.authority_inactive' });
    expect(rehearsed).toEqual(real);
    await close(authority, true);
    expect((await reissue(id, true)).issued).toBeNull();
  });

  it('is refused where the hour of the authority is used up, and uses nothing up itself', async () => {
    const authority = await anAuthority(world.platform, { name: 'Full Hour' });
    const [first, second] = [await world.issue(authority, 90 * day), await world.issue(authority, 90 * day)];
    for (let round = 0; round < 3; round += 1) expect((await reissue(first.id, true)).issued).toBeNull();
    expect((await reissue(first.id, false)).issued).not.toBeNull();
    const [rehearsed, real] = await refusals(second.id);
    expect(real).toMatchObject({ code: 'rate_limited' });
    expect(rehearsed).toEqual(real);
  });

  it('is refused while a renewal is under way', async () => {
    const { id } = await world.issue(await anAuthority(world.platform), 90 * day);
    await world.tick();
    await world.rows("update certificate_renewal set state = 'running', lease_until = now() + interval '1 minute' where certificate_id = $1", [id]);
    const [rehearsed, real] = await refusals(id);
    await world.rows("update certificate_renewal set state = 'waiting', lease_until = null where certificate_id = $1", [id]);
    expect(real).toMatchObject({ code: 'conflict', reason: 'renewal.under_way' });
    expect(rehearsed).toEqual(real);
  });
});

describe('a planned renewal', () => {
  it('whose authority is not active says so before anybody has tried', async () => {
    const authority = await anAuthority(world.platform);
    const { id } = await world.issue(authority, 90 * day);
    await world.tick();
    const { plannedAt } = await world.renewal(id);
    await close(authority);
    const why = expect.stringContaining(`authority "${authority.name}" is not active`);
    expect(await world.renewal(id)).toMatchObject({ state: 'failing', reason: why, plannedAt, attempts: 0, nextTryAt: null });
    expect(await timeline(id, 'renewal')).toEqual([{ at: plannedAt, kind: 'renewal', state: 'failed', title: `Renewal by ${authority.name} will fail as things are`, detail: why, object: null }]);
    world.at(89 * day);
    expect(await timeline(id, 'renewal')).toMatchObject([{ state: 'late', detail: why }]);
    world.at(0);
    await close(authority, true);
    expect(await world.renewal(id)).toMatchObject({ state: 'planned', reason: expect.not.stringContaining('active') });
  });

  it('is planned for its own time though a reissue by hand failed while rotation was off', async () => {
    const authority = await anAuthority(world.platform);
    const { id } = await world.issue(authority, 365 * day, { rotation: false });
    await close(authority);
    await expect(reissue(id, false)).rejects.toMatchObject({ reason: 'policy.authority_inactive' });
    await close(authority, true);
    await world.rotate(id, true);
    const shown = await world.renewal(id);
    expect(shown).toMatchObject({ state: 'planned', reason: expect.not.stringContaining('turn'), attempts: 0, lastError: null });
    await world.tick();
    expect(await world.renewal(id)).toEqual(shown);
    world.at(Date.parse(shown.plannedAt ?? '') - Date.now() + hour);
    expect((await world.renewal(id)).state).toBe('due');
  });
});

describe('a hold in a timeline', () => {
  it('stays when it is released, with the release', async () => {
    const { id } = await world.issue(await anAuthority(world.platform), 90 * day);
    await revoke(id, 'certificateHold');
    const [held] = await timeline(id, 'revoked');
    expect(held).toMatchObject({ state: 'done', title: 'Put on hold', detail: 'Reason: certificateHold' });
    await revoke(id, 'certificateHold');
    await revoke(id, 'removeFromCRL');
    const released = { kind: 'released', state: 'done', title: 'Released from the hold', detail: 'Reason: removeFromCRL', object: null };
    expect(await timeline(id, 'revoked', 'released')).toEqual([{ at: expect.any(String), ...released }, held]);
    await revoke(id, 'certificateHold');
    await revoke(id, 'keyCompromise');
    const last = await timeline(id, 'revoked', 'released');
    expect(last.map(({ title }) => title)).toEqual(['Revoked', 'Put on hold', 'Released from the hold', 'Put on hold']);
    expect(last[0]?.detail).toBe(`Reason: keyCompromise; it counts from the hold on, ${last[1]?.at ?? ''}`);
  });

  it('is one entry where it is known from the certificate alone', async () => {
    const { id } = await world.issue(await anAuthority(world.platform), 90 * day);
    await revoke(id, 'superseded');
    const entries = await timeline(id, 'revoked');
    expect(entries).toMatchObject([{ title: 'Revoked', detail: 'Reason: superseded' }]);
    await world.rows('delete from revocation_change where certificate_id = $1', [id]);
    expect(await timeline(id, 'revoked')).toEqual(entries);
  });
});
