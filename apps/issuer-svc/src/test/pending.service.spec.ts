import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  cancelPendingCertificate,
  countRoleUses,
  getCertificate,
  getPendingCertificate,
  listPendingCertificates,
  retryPendingCertificate,
  updatePendingCertificate,
  viewCertificateKey,
  viewPendingCertificateKey,
  type InputOf,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { aPrincipal, waitUntil } from '@sifaka/testing';
import { ResolvePending } from '../pending/resolve-pending.js';
import { admin, dns, issue, anAuthority } from './an-issuer.js';
import { byHand, later, refused } from './an-outside-ca.js';
import { aPendingWorld, csrDer, type PendingWorld } from './a-pending-world.js';

let world: PendingWorld;
beforeAll(async () => {
  world = await aPendingWorld();
});
afterAll(() => world.stop());
beforeEach(() => {
  world.ca.create = () => Promise.resolve(later());
  world.ca.cancel = () => Promise.resolve();
});

const get = (id: number) => world.platform.call('gateway', getPendingCertificate, { id }, { principal: admin });
const list = (parts: Partial<InputOf<typeof listPendingCertificates>> = {}, principal = admin) => {
  const window = { offset: 0, limit: 50, sortBy: null, sortDir: null, cursor: null };
  const input = { window, filter: null, owner: null, creatorIds: null, isOwn: false, ids: null, state: null, ...parts };
  return world.platform.call('gateway', listPendingCertificates, input, { principal });
};
const hour = 3_600_000;

describe('a certificate that comes later', () => {
  it('is on record with everything that was asked for', async () => {
    const old = await issue(world.platform, await anAuthority(world.platform));
    const events = await world.platform.events('sifaka.v1.certificate.pending');
    const pending = await world.pend('poll', { extensions: dns('www.corp.test'), replaces: [{ id: old.id }], rotation: true, roleIds: [7], dnsProviderId: 3 });
    expect(pending).toMatchObject({
      name: expect.stringMatching(/^SAN-shop\.corp\.test-TestCA\d+-\d{8}-\d{8}$/),
      owner: 'payments@corp.test',
      notify: true,
      rotation: true,
      rotationPolicy: { days: 30 },
      cn: 'shop.corp.test',
      names: ['shop.corp.test', 'www.corp.test'],
      csr: expect.stringMatching(/^-----BEGIN CERTIFICATE REQUEST-----[^]*-----\n$/),
      chain: null,
      externalId: 'order-7',
      status: null,
      state: 'waiting',
      settledBy: 'poll',
      numberAttempts: 0,
      lastError: null,
      resolved: false,
      resolvedCertId: null,
      deleted: false,
      hasPrivateKey: true,
      dnsProviderId: 3,
      userId: 1,
      roleIds: [7, 20, 10],
      replaces: [{ id: old.id, notify: true }],
      authority: { id: world.authority.poll.id },
    });
    expect(await events.waitFor(({ subject }) => subject === String(pending.id))).toMatchObject({ data: { pendingCertificateId: pending.id, names: pending.names } });
    expect(await world.rows("select action from audit_entry where object_type = 'pending_certificate' and object_id = $1", [String(pending.id)])).toEqual([{ action: 'certificate.pending' }]);
    expect(await world.rows('select 1 from certificate_log l join certificate c on c.id = l.certificate_id where c.pending_certificate_id = $1', [pending.id])).toEqual([]);
  });

  it('becomes the certificate with key, name, roles and replacements, once, and stays the applicant\'s', async () => {
    const events = await world.platform.events('sifaka.v1.certificate.issued');
    const applicant = aPrincipal({ admin: true, userId: 42 });
    const old = await issue(world.platform, await anAuthority(world.platform));
    const pending = await world.pend('poll', { name: 'my shop', replaces: [{ id: old.id }], rotation: true, dnsProviderId: 3 }, applicant);
    expect(pending.name).toBe('my-shop');
    world.ca.poll = ({ csrDer: csr }) => Promise.resolve(world.ca.issued(csr, 'cert-9'));
    await Promise.all([world.poll(pending.id), world.poll(pending.id)]);
    await world.poll(pending.id);

    const resolved = await get(pending.id);
    expect(resolved).toMatchObject({ state: 'resolved', resolved: true, resolvedCertId: expect.any(Number), nextTryAt: null });
    const certificate = await world.platform.call('gateway', getCertificate, { id: resolved.resolvedCertId ?? 0 }, { principal: admin });
    expect(certificate).toMatchObject({ name: 'my-shop', externalId: 'cert-9', userId: 42, rotation: true, dnsProviderId: 3, roleIds: [20, 10], hasPrivateKey: true, replaces: [{ id: old.id, notify: false }] });
    const { key } = await world.platform.call('gateway', viewCertificateKey, { id: certificate.id }, { principal: admin });
    expect(new X509Certificate(certificate.body).checkPrivateKey(createPrivateKey(key ?? ''))).toBe(true);
    expect(await world.rows('select log_type, user_id from certificate_log where certificate_id = $1 order by id', [certificate.id])).toEqual([
      { log_type: 'create_cert', user_id: 42 },
      { log_type: 'key_view', user_id: 1 },
    ]);
    await events.waitFor(({ subject }) => subject === String(certificate.id));
    expect(await world.rows('select count(*)::int as n from certificate where pending_certificate_id = $1', [pending.id])).toEqual([{ n: 1 }]);
    expect((await list({ ids: [pending.id] })).items).toEqual([]);
    expect((await list({ ids: [pending.id], state: 'resolved' })).total).toBe(1);
  });

  it('is called by a generated name again when it comes', async () => {
    const pending = await world.pend('poll');
    world.ca.poll = ({ csrDer: csr }) => Promise.resolve(world.ca.issued(csr));
    await world.poll(pending.id);
    const { resolvedCertId } = await get(pending.id);
    const certificate = await world.platform.call('gateway', getCertificate, { id: resolvedCertId ?? 0 }, { principal: admin });
    expect(certificate.name).toMatch(/^shop\.corp\.test-StandinIssuingCA-/);
  });

  it('is asked for by the job, without anybody doing anything', async () => {
    world.ca.create = () => Promise.resolve(later({ retryAfterMs: 500 }));
    world.ca.poll = ({ csrDer: csr }) => Promise.resolve(world.ca.issued(csr));
    const pending = await world.pend('poll');
    await waitUntil(async () => (await get(pending.id)).state === 'resolved', { timeoutMs: 15_000 });
  });

  it('has its questions counted and put off, as the authority wishes', async () => {
    const pending = await world.pend('poll');
    world.ca.poll = () => Promise.resolve(later({ externalId: 'order-8', retryAfterMs: 2 * hour }));
    await world.poll(pending.id);
    expect(await get(pending.id)).toMatchObject({ state: 'waiting', numberAttempts: 1, lastError: null, externalId: 'order-8' });
    world.ca.poll = () => Promise.reject(refused('rate_limited', 'too many questions', 5 * hour));
    await world.poll(pending.id);
    const limited = await get(pending.id);
    expect(limited).toMatchObject({ state: 'waiting', numberAttempts: 2, lastError: 'too many questions', status: 'too many questions' });
    expect(Date.parse(limited.nextTryAt ?? '')).toBeGreaterThan(Date.now() + 4.9 * hour);
    world.ca.poll = () => Promise.reject(new TypeError('secret inside'));
    await world.poll(pending.id);
    expect(await get(pending.id)).toMatchObject({ numberAttempts: 3, lastError: 'the issuer failed' });
    expect(world.ca.asked.polled.at(-1)).toMatchObject({ externalId: 'order-8', authority: { name: world.authority.poll.name } });
  });

  it('is given up when the authority refuses it, and told of once', async () => {
    const events = await world.platform.events('sifaka.v1.certificate.failed');
    const pending = await world.pend('poll');
    world.ca.poll = () => Promise.resolve({ status: 'rejected', reason: 'not your domain' });
    await world.poll(pending.id);
    await world.poll(pending.id);
    expect(await get(pending.id)).toMatchObject({ state: 'failed', resolved: true, resolvedCertId: null, lastError: 'not your domain', numberAttempts: 1, nextTryAt: null });
    await events.waitFor(({ subject }) => subject === String(pending.id));
    expect(await world.rows("select 1 from audit_entry where action = 'certificate.failed' and object_id = $1", [String(pending.id)])).toHaveLength(1);
  });

  it.each([
    ['the way out is closed by a rule', new AppError('failed_precondition', 'the host is not allowed', { reason: 'outbound.refused' })],
    ['the plugin is switched off', new AppError('failed_precondition', 'plugin is disabled', { reason: 'plugin.disabled' })],
    ['a proxy finds nothing', new AppError('failed_precondition', 'CA answered GET /order/7 with 404')],
    ['the order is not found', new AppError('not_found', 'the order is unknown')],
    ['the right to read is gone', new AppError('permission_denied', 'the key has expired')],
  ])('is asked for again when %s', async (_title, fault) => {
    const pending = await world.pend('poll');
    world.ca.poll = () => Promise.reject(fault);
    await world.poll(pending.id);
    expect(await get(pending.id)).toMatchObject({ state: 'waiting', numberAttempts: 1, lastError: fault.message, nextTryAt: expect.any(String) });
    world.ca.poll = ({ csrDer: csr }) => Promise.resolve(world.ca.issued(csr));
    await world.poll(pending.id);
    expect(await get(pending.id)).toMatchObject({ state: 'resolved' });
  });

  it('that cannot be filed is put off like any other fault, and ends at its time', async () => {
    const pending = await world.pend('poll');
    world.ca.poll = ({ csrDer: csr }) => Promise.resolve(world.ca.issued(csr));
    const resolving = jest.spyOn(world.platform.service('issuer').app.get(ResolvePending), 'run').mockRejectedValue(new AppError('unavailable', 'the database is away'));
    try {
      await world.poll(pending.id);
      expect(await get(pending.id)).toMatchObject({ state: 'waiting', numberAttempts: 1, lastError: 'the database is away' });
      await world.after(73 * hour, () => world.poll(pending.id));
    } finally {
      resolving.mockRestore();
    }
    expect(await get(pending.id)).toMatchObject({ state: 'failed', lastError: expect.stringContaining('the database is away') });
  });

  it('is asked for once more when its time is over, then given up', async () => {
    const pending = await world.pend('poll');
    world.ca.poll = () => Promise.resolve(later());
    await world.after(73 * hour, () => world.poll(pending.id));
    expect(await get(pending.id)).toMatchObject({ state: 'failed', lastError: expect.stringContaining('did not deliver it until') });
  });

  it('that is another than was asked for is kept on record, and not filed', async () => {
    const [other, pending] = [await world.pend('poll'), await world.pend('poll')];
    world.ca.poll = () => Promise.resolve(world.ca.issued(csrDer(other)));
    await world.poll(pending.id);
    expect(await get(pending.id)).toMatchObject({ state: 'failed', lastError: expect.stringContaining('another key') });
    expect(await world.rows('select reason from orphan_certificate where pending_certificate_id = $1', [pending.id])).toEqual([{ reason: expect.stringContaining('another key') }]);
  });

  it('keeps its key while anybody may still need it, and its role from being deleted', async () => {
    world.ca.create = () => Promise.resolve(byHand());
    const waiting = await world.pend('upload', { ownerRoleId: 777 });
    expect(await world.platform.call('gateway', countRoleUses, { roleId: 777 }, { principal: admin })).toEqual({ certificates: 1, authorities: 0 });
    const { key } = await world.platform.call('gateway', viewPendingCertificateKey, { id: waiting.id }, { principal: admin });
    expect(key).toContain('BEGIN EC PRIVATE KEY');
    expect(await world.rows("select action from audit_entry where object_type = 'pending_certificate' and object_id = $1 order by at", [String(waiting.id)])).toEqual([{ action: 'certificate.pending' }, { action: 'key.viewed' }]);
  });

  it('is given up at its end, and purged a week later with its key', async () => {
    world.ca.create = () => Promise.resolve(byHand(new Date(Date.now() + hour)));
    const pending = await world.pend('upload');
    await world.after(2 * hour, async () => {
      await world.sweep();
      await world.removeOld();
    });
    expect(await get(pending.id)).toMatchObject({ state: 'failed' });
    const [{ key_id: keyId } = {}] = await world.rows('select key_id from pending_certificate where id = $1', [pending.id]);
    await world.after(8 * 24 * hour, async () => {
      expect(await world.removeOld({ dryRun: true })).toEqual({ dryRun: true, wouldRemove: expect.any(Number) });
      expect(await world.rows('select 1 from pending_certificate where id = $1', [pending.id])).toHaveLength(1);
      expect(await world.removeOld()).toEqual({ removed: expect.any(Number) });
    });
    await expect(get(pending.id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await world.rows('select 1 from released_key where key_id = $1', [keyId])).toHaveLength(1);
  });

  it('that waits is never thrown away, however old it is', async () => {
    world.ca.create = () => Promise.resolve(byHand());
    const pending = await world.pend('upload');
    await world.after(30 * 24 * hour, async () => {
      await world.sweep();
      await world.removeOld();
    });
    expect(await get(pending.id)).toMatchObject({ state: 'waiting' });
  });

  it('is queued again by the sweep when its question was lost', async () => {
    const pending = await world.pend('poll');
    await world.rows(`delete from issuer_jobs._private_jobs where key = $1`, [`pending-certificate-${pending.id}`]);
    world.ca.poll = ({ csrDer: csr }) => Promise.resolve(world.ca.issued(csr));
    await world.after(2 * hour, () => world.sweep());
    await waitUntil(async () => (await get(pending.id)).state === 'resolved');
  });
});

describe('lists', () => {
  it('filter by everything that Lemur declares, and show one\'s own', async () => {
    const mine = aPrincipal({ admin: true, userId: 51 });
    const pending = await world.pend('poll', { owner: 'lists@corp.test', notify: false, extensions: dns('listed.corp.test') }, mine);
    const found = async (parts: Parameters<typeof list>[0], principal = admin) => (await list(parts, principal)).items.some(({ id }) => id === pending.id);
    expect(await found({})).toBe(true);
    expect(await found({ filter: 'cn;listed.corp' })).toBe(true);
    expect(await found({ filter: 'cn;nobody' })).toBe(false);
    expect(await found({ filter: `issuer;${world.authority.poll.name}` })).toBe(true);
    expect(await found({ filter: 'name;LISTED' })).toBe(true);
    expect(await found({ filter: 'active;true' })).toBe(false);
    expect(await found({ filter: 'notify;false' })).toBe(true);
    expect(await found({ filter: `id;${pending.id}` })).toBe(true);
    expect(await found({ filter: 'destination;1' })).toBe(false);
    expect(await found({ owner: 'LISTS@corp.test' })).toBe(true);
    expect(await found({ creatorIds: [51] })).toBe(true);
    expect(await found({ active: true })).toBe(false);
    expect(await found({ isOwn: true }, mine)).toBe(true);
    expect(await found({ isOwn: true }, aPrincipal({ userId: 52, roles: [{ id: 20, name: 'payments@corp.test' }] }))).toBe(true);
    expect(await found({ isOwn: true }, aPrincipal({ userId: 53 }))).toBe(false);
    await expect(list({ filter: 'csr;x' })).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});

describe('changing', () => {
  it('takes the permission of certificates', async () => {
    const { id } = await world.pend('poll');
    const stranger = aPrincipal({ userId: 60 });
    const update = { id, owner: 'x@corp.test', ownerRoleId: 5, roleIds: [], description: '', notify: null, rotation: null, replaces: [] };
    await expect(world.platform.call('gateway', updatePendingCertificate, update, { principal: stranger })).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(world.platform.call('gateway', cancelPendingCertificate, { id, note: '' }, { principal: stranger })).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(world.platform.call('gateway', viewPendingCertificateKey, { id }, { principal: stranger })).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(world.platform.call('gateway', retryPendingCertificate, { id }, { principal: stranger })).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(world.platform.call('gateway', cancelPendingCertificate, { id: 999_999, note: '' }, { principal: admin })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('replaces owner, roles, flags and replacements, and shows in the certificate', async () => {
    const { id } = await world.pend('poll', { roleIds: [7] });
    const update = { id, owner: 'New@corp.test', ownerRoleId: 30, roleIds: [8, 20], description: 'changed', notify: false, rotation: null, replaces: [] };
    expect(await world.platform.call('gateway', updatePendingCertificate, update, { principal: admin })).toMatchObject({ owner: 'new@corp.test', roleIds: [8, 30], description: 'changed', notify: false, active: false });
    world.ca.poll = ({ csrDer: csr }) => Promise.resolve(world.ca.issued(csr));
    await world.poll(id);
    const { resolvedCertId } = await get(id);
    expect(await world.platform.call('gateway', getCertificate, { id: resolvedCertId ?? 0 }, { principal: admin })).toMatchObject({ owner: 'new@corp.test', roleIds: [8, 30], description: 'changed', notify: false });
    await expect(world.platform.call('gateway', updatePendingCertificate, update, { principal: admin })).rejects.toMatchObject({ code: 'failed_precondition', reason: 'pending.resolved' });
  });

  it('cancels at the authority and forgets', async () => {
    const events = await world.platform.events('sifaka.v1.certificate.cancelled');
    const { id } = await world.pend('poll');
    await world.platform.call('gateway', cancelPendingCertificate, { id, note: 'not needed' }, { principal: admin });
    expect(world.ca.asked.cancelled.at(-1)).toMatchObject({ externalId: 'order-7' });
    await expect(get(id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(world.platform.call('gateway', cancelPendingCertificate, { id, note: '' }, { principal: admin })).rejects.toMatchObject({ code: 'not_found' });
    expect(await events.waitFor(({ subject }) => subject === String(id))).toMatchObject({ data: { note: 'not needed' } });
    expect(await world.rows('select 1 from released_key r join pending_certificate p on p.key_id = r.key_id where p.id = $1', [id])).toHaveLength(1);
  });

  it('leaves it as it is when the authority could not be told', async () => {
    const { id } = await world.pend('poll');
    world.ca.cancel = () => Promise.reject(refused('upstream_failed', 'closed on Sundays'));
    await expect(world.platform.call('gateway', cancelPendingCertificate, { id, note: '' }, { principal: admin })).rejects.toMatchObject({ code: 'upstream_failed' });
    expect(await get(id)).toMatchObject({ state: 'waiting' });
  });

  it('asks at once when told to, and says when nobody can be asked', async () => {
    const { id } = await world.pend('poll');
    world.ca.poll = ({ csrDer: csr }) => Promise.resolve(world.ca.issued(csr));
    await world.platform.call('gateway', retryPendingCertificate, { id }, { principal: admin });
    await waitUntil(async () => (await get(id)).state === 'resolved');
    world.ca.create = () => Promise.resolve(byHand());
    const byPerson = await world.pend('upload');
    await expect(world.platform.call('gateway', retryPendingCertificate, { id: byPerson.id }, { principal: admin })).rejects.toMatchObject({ reason: 'pending.upload_only' });
  });
});
