import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cancelPendingCertificate, getPendingCertificate, type AuthorityRecord } from '@sifaka/contracts';
import { ReconcileRepository } from '../reconcile/reconcile.repository.js';
import { admin, anAuthority } from './an-issuer.js';
import { later, refused } from './an-outside-ca.js';
import { aPendingWorld, type PendingWorld } from './a-pending-world.js';

let world: PendingWorld;
let uncancelled: AuthorityRecord;
beforeAll(async () => {
  world = await aPendingWorld();
  uncancelled = await anAuthority(world.platform, { plugin: { slug: 'outside-uncancelled' } });
});
afterAll(() => world.stop());
beforeEach(() => {
  world.ca.create = () => Promise.resolve(later());
  world.ca.cancel = () => Promise.resolve();
  world.ca.poll = () => Promise.resolve(later());
  world.ca.asked.polled.length = 0;
});

const hour = 3_600_000;
const get = (id: number) => world.platform.call('gateway', getPendingCertificate, { id }, { principal: admin });
const cancel = (id: number) => world.platform.call('gateway', cancelPendingCertificate, { id, note: 'not needed' }, { principal: admin });
const rowOf = async (id: number) => (await world.rows('select state, watched_until, next_try_at, key_id from pending_certificate where id = $1', [id]))[0];
const released = async (keyId: unknown) => (await world.rows('select 1 from released_key where key_id = $1', [keyId])).length === 1;
const isUnused = async (keyId: unknown) => (await world.platform.service('issuer').app.get(ReconcileRepository).unusedAmong([String(keyId)])).length === 1;
const auditOf = async (id: number, action: string) => (await world.rows('select details from audit_entry where action = $2 and object_id = $1', [String(id), action]))[0]?.details;
const issue = () => void (world.ca.poll = ({ csrDer: csr }) => Promise.resolve(world.ca.issued(csr, 'late')));

describe('a certificate whose time is over', () => {
  it('is cancelled at the authority, and not looked after', async () => {
    const { id } = await world.pend('poll');
    await world.after(73 * hour, () => world.poll(id));
    expect(world.ca.asked.cancelled.at(-1)).toMatchObject({ externalId: 'order-7' });
    expect(await rowOf(id)).toMatchObject({ state: 'failed', watched_until: null });
    expect(await auditOf(id, 'certificate.failed')).toMatchObject({ authorityTold: true });
  });

  it.each([
    ['cannot be cancelled there', 'uncancelled'],
    ['could not be cancelled there', 'poll'],
  ])('and that %s is filed when it comes later', async (_title, which) => {
    world.ca.cancel = () => Promise.reject(refused('upstream_failed', 'closed on Sundays'));
    const { id } = await world.pend('poll', which === 'poll' ? {} : { authority: { id: uncancelled.id } });
    await world.after(73 * hour, () => world.poll(id));
    expect(await rowOf(id)).toMatchObject({ state: 'failed', watched_until: expect.any(Date) });
    expect(await auditOf(id, 'certificate.failed')).toMatchObject({ authorityTold: false, authorityNotToldBecause: which === 'poll' ? 'closed on Sundays' : 'its issuer cannot cancel' });
    await world.after(74 * hour, () => world.watch(id));
    issue();
    await world.after(100 * hour, () => world.watch(id));
    expect(await get(id)).toMatchObject({ state: 'resolved', resolvedCertId: expect.any(Number), externalId: 'late' });
    expect(await rowOf(id)).toMatchObject({ watched_until: null, next_try_at: null });
  });

  it('is looked after for a week, by the sweep and with its key, then purged', async () => {
    const { id } = await world.pend('poll', { authority: { id: uncancelled.id } });
    await world.after(73 * hour, () => world.poll(id));
    world.ca.asked.polled.length = 0;
    world.ca.poll = () => Promise.reject(refused('upstream_failed', 'closed on Sundays'));
    await world.after(75 * hour, () => world.sweep());
    expect(await world.rows("select 1 from issuer_jobs._private_jobs where key = $1", [`pending-certificate-${id}`])).toHaveLength(1);
    await world.after(75 * hour, () => world.watch(id));
    await world.after((73 + 7 * 24 - 1) * hour, async () => {
      await world.watch(id);
      await world.removeOld();
    });
    const row = await rowOf(id);
    expect(row).toMatchObject({ state: 'failed', watched_until: expect.any(Date) });
    expect(await released(row?.key_id)).toBe(false);
    await world.after((73 + 7 * 24 + 1) * hour, async () => {
      await world.watch(id);
      await world.removeOld();
    });
    expect(await rowOf(id)).toBeUndefined();
    expect(await released(row?.key_id)).toBe(true);
  });
});

describe('a cancelled request', () => {
  it.each([
    ['the issuer cannot cancel', 'uncancelled', () => Promise.resolve()],
    ['the authority says that it is too late', 'poll', () => Promise.reject(refused('failed_precondition', 'the order is issued'))],
  ])('is forgotten, and what comes all the same is kept on record, when %s', async (_title, which, answer) => {
    world.ca.cancel = answer;
    const { id } = await world.pend('poll', which === 'poll' ? {} : { authority: { id: uncancelled.id } });
    await cancel(id);
    await expect(get(id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await auditOf(id, 'certificate.cancelled')).toMatchObject({ note: 'not needed', authorityTold: false });
    const row = await rowOf(id);
    expect([await released(row?.key_id), await isUnused(row?.key_id)]).toEqual([false, false]);
    issue();
    await world.watch(id);
    expect(await world.rows('select reason from orphan_certificate where pending_certificate_id = $1', [id])).toEqual([{ reason: expect.stringContaining('cancelled before') }]);
    expect(await rowOf(id)).toMatchObject({ state: 'cancelled', watched_until: null });
    expect([await released(row?.key_id), await isUnused(row?.key_id)]).toEqual([true, true]);
    await world.watch(id);
    expect(world.ca.asked.polled).toHaveLength(1);
  });

  it('is not looked after when the authority took the cancellation, or says later that nothing comes', async () => {
    const told = await world.pend('poll');
    await cancel(told.id);
    expect(await rowOf(told.id)).toMatchObject({ watched_until: null });
    expect(await auditOf(told.id, 'certificate.cancelled')).toEqual({ note: 'not needed', authorityTold: true });
    const { id } = await world.pend('poll', { authority: { id: uncancelled.id } });
    await cancel(id);
    world.ca.poll = () => Promise.resolve({ status: 'rejected', reason: 'declined' });
    await world.watch(id);
    expect(await rowOf(id)).toMatchObject({ watched_until: null });
  });

  it('that had failed before is looked after as long as it was to be', async () => {
    const { id } = await world.pend('poll', { authority: { id: uncancelled.id } });
    await world.after(73 * hour, () => world.poll(id));
    const before = await rowOf(id);
    await cancel(id);
    expect(await rowOf(id)).toEqual({ ...before, state: 'cancelled' });
    expect(await released(before?.key_id)).toBe(false);
  });
});
