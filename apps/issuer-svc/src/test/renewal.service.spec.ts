import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createRotationPolicy, issuerTimeline, renewalWindowChanged, revokeCertificate, updateCertificate, updateRotationPolicy, type AuthorityRecord, type RotationPolicyRecord } from '@sifaka/contracts';
import { newEvent } from '@sifaka/messaging';
import { waitUntil } from '@sifaka/testing';
import { admin, anAuthority, dns, openssl, upload } from './an-issuer.js';
import { aRenewalWorld, day, hour, type RenewalWorld } from './a-renewal-world.js';

let world: RenewalWorld;
let authority: AuthorityRecord;
beforeAll(async () => {
  world = await aRenewalWorld();
  authority = await anAuthority(world.platform);
});
afterAll(() => world.stop());
afterEach(() => world.at(0));

const policy = (name: string, parts: Partial<RotationPolicyRecord>): Promise<RotationPolicyRecord> =>
  world.platform.call('gateway', createRotationPolicy, { name, days: 0, hours: 0, lifetimeFraction: null, ...parts }, { principal: admin });
const renewedAt = async (id: number, ...hours: number[]): Promise<boolean[]> => {
  const seen: boolean[] = [];
  for (const ahead of hours) {
    world.at(ahead * hour);
    await world.tick();
    seen.push((await world.successors(id)).length > 0);
  }
  return seen;
};

describe('a certificate with rotation on', () => {
  it('is renewed in its window, not before, by the hour', async () => {
    const certificate = await world.issue(authority, 160 * hour, { extensions: dns('www.corp.test'), name: 'shop', roleIds: [7], description: 'the shop' });
    await world.tick();
    expect(await world.renewal(certificate.id)).toMatchObject({ state: 'planned', reason: 'rotation policy "default": 30 days before its end, but not before half of its life is over', isLate: false });
    expect(await renewedAt(certificate.id, 79, 97)).toEqual([false, true]);
    const [id = 0] = await world.successors(certificate.id);
    expect(await world.certificate(id)).toMatchObject({
      name: 'shop-2',
      cn: 'shop.corp.test',
      owner: 'payments@corp.test',
      description: `Reissued by Lemur for cert ID ${certificate.id}, the shop`,
      notify: true,
      rotation: true,
      rotationPolicy: { name: 'default', days: 30, hours: 0 },
      roleIds: certificate.roleIds,
      userId: 1,
      keyType: certificate.keyType,
      hasPrivateKey: true,
      extensions: { subAltNames: certificate.extensions.subAltNames },
      replaces: [{ id: certificate.id, notify: false }],
    });
    expect(await world.renewal(certificate.id)).toMatchObject({ state: 'renewed', reason: '"shop-2" took its place', successorId: id });
  });

  it('is renewed again and again, each time with the next name and one prefix, and lives half of its life at least', async () => {
    const first = await world.issue(authority, 160 * hour, { name: 'series', description: 'kept' });
    await renewedAt(first.id, 97);
    const [second = 0] = await world.successors(first.id);
    expect(await renewedAt(second, 97 + 79, 97 + 97)).toEqual([false, true]);
    const [third = 0] = await world.successors(second);
    expect(await world.certificate(third)).toMatchObject({ name: 'series-3', description: `Reissued by Lemur for cert ID ${second}, kept` });
  });

  it('follows its own rotation policy, whatever others there are', async () => {
    const long = await policy('very long', { days: 400 });
    const own = await policy('half a day', { hours: 12 });
    const [plain, short] = [await world.issue(authority, 90 * day), await world.issue(authority, 90 * day, { rotationPolicy: { id: own.id } })];
    expect(await renewedAt(plain.id, 59 * 24)).toEqual([false]);
    expect(await renewedAt(short.id, 89 * 24 + 11, 89 * 24 + 16)).toEqual([false, true]);
    const eager = await world.issue(authority, 90 * day, { rotationPolicy: { id: long.id } });
    world.at(0);
    await world.tick();
    expect(await world.renewal(eager.id)).toMatchObject({ windowStart: eager.notBefore, reason: 'rotation policy "very long": 400 days before its end, which is all its life' });
  });

  it('is planned anew when its policy changes', async () => {
    const changing = await policy('changing', { days: 10 });
    const certificate = await world.issue(authority, 90 * day, { rotationPolicy: { id: changing.id } });
    await world.tick();
    const before = await world.renewal(certificate.id);
    await world.platform.call('gateway', updateRotationPolicy, { id: changing.id, name: 'changing', days: 0, hours: 0, lifetimeFraction: 0.2 }, { principal: admin });
    await world.tick();
    const after = await world.renewal(certificate.id);
    expect([before.windowStart, after.windowStart].map((at) => (Date.parse(certificate.notAfter) - Date.parse(at ?? '')) / day)).toEqual([10, 18]);
    const rows = await world.rows<{ days: number }>('select (extract(epoch from not_after - window_start) / 86400)::float8 as days from certificate_renewal where certificate_id = $1', [certificate.id]);
    expect(rows).toEqual([{ days: 18 }]);
  });

  it('is planned anew when it is given another policy: at once for whoever looks, with the next run for the planner', async () => {
    const early = await policy('early', { days: 45 });
    const certificate = await world.issue(authority, 100 * day);
    await world.tick();
    const { owner, id, notAfter } = certificate;
    const shown = async () => (await world.platform.call('gateway', issuerTimeline, { certificateId: id }, { principal: admin })).entries.find(({ kind }) => kind === 'renewal');
    const daysBefore = (at: string | Date | null | undefined) => (Date.parse(notAfter) - new Date(at ?? 0).getTime()) / day;
    const planned = async () => (await world.rows<{ start: Date; at: Date; isPlanned: boolean }>('select window_start as start, planned_at as at, revision = planned_revision as "isPlanned" from certificate_renewal where certificate_id = $1', [id]))[0];
    const give = (rotationPolicy: { id: number } | null) => world.platform.call('gateway', updateCertificate, { id, owner, ownerRoleId: 20, roleIds: [], description: '', notify: null, rotation: null, replaces: [], rotationPolicy }, { principal: admin });
    const first = await shown();
    expect([daysBefore((await planned())?.start), first?.detail]).toEqual([30, expect.stringContaining('"default"')]);

    await give({ id: early.id });
    const second = await shown();
    expect(second?.detail).toContain('"early": 45 days before its end');
    expect(daysBefore(second?.at) - daysBefore(first?.at)).toBeGreaterThan(10);
    await world.tick();
    expect([daysBefore((await planned())?.start), (await planned())?.isPlanned]).toEqual([45, true]);
    expect(daysBefore((await planned())?.at)).toBeCloseTo(daysBefore(second?.at), 3);

    await give(null);
    await world.tick();
    expect(daysBefore((await planned())?.start)).toBe(30);
    expect((await shown())?.at).toBe(first?.at);
  });

  it('follows its CA where that suggests a time, also an earlier one', async () => {
    const certificate = await world.issue(authority, 90 * day);
    await world.tick();
    const acme = await world.platform.bus.connect('acme');
    const start = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 2 * day);
    const [row] = await world.rows<{ fingerprint: string }>("select encode(fingerprint_sha256, 'hex') as fingerprint from certificate where id = $1", [certificate.id]);
    const data = { pendingCertificateId: 1, fingerprintSha256: row?.fingerprint ?? '', windowStart: start.toISOString(), windowEnd: new Date(start.getTime() + day).toISOString(), explanationUrl: null };
    acme.connection.publish(renewalWindowChanged.subject, JSON.stringify(newEvent(renewalWindowChanged, data, { at: new Date() }).envelope));
    await waitUntil(async () => (await world.renewal(certificate.id)).reason.startsWith('its CA asks for it'));
    expect(await renewedAt(certificate.id, 47, 73)).toEqual([false, true]);
  });

  it('is not renewed once it is revoked, on hold, deleted or replaced, and people can read why', async () => {
    const [revoked, held, deleted, replaced] = [await world.issue(authority, 160 * hour), await world.issue(authority, 160 * hour), await world.issue(authority, 160 * hour), await world.issue(authority, 160 * hour)];
    await world.tick();
    await world.platform.call('gateway', revokeCertificate, { id: revoked.id, comments: null, crlReason: 'keyCompromise' }, { principal: admin });
    await world.platform.call('gateway', revokeCertificate, { id: held.id, comments: null, crlReason: 'certificateHold' }, { principal: admin });
    // As somebody may have left the flag on.
    await world.rows('update certificate set rotation = true where id = any($1::int[])', [[revoked.id, held.id]]);
    await world.rows('update certificate set deleted = true where id = $1', [deleted.id]);
    const other = await world.issue(authority, 300 * hour, { replaces: [{ id: replaced.id }], rotation: false });
    world.at(120 * hour);
    await world.tick();
    await world.reissueAll();
    for (const { id } of [revoked, held, deleted]) expect(await world.successors(id)).toEqual([]);
    expect(await world.successors(replaced.id)).toEqual([other.id]);
    const reasons = await Promise.all([revoked, held, deleted, replaced].map(async ({ id }) => (await world.renewal(id)).reason));
    expect(reasons).toEqual(['it is revoked', 'it is on hold: it is renewed once the hold is removed', 'it is deleted', `"${other.name}" took its place`]);
  });

  it('is planned when rotation is switched on, and no longer when it is switched off', async () => {
    const certificate = await world.issue(authority, 160 * hour, { rotation: false });
    await world.tick();
    expect(await world.renewal(certificate.id)).toMatchObject({ state: 'off', reason: 'rotation is off', windowStart: null });
    await world.rotate(certificate.id, true);
    expect((await world.renewal(certificate.id)).state).toBe('planned');
    await world.tick();
    await world.rotate(certificate.id, false);
    expect(await renewedAt(certificate.id, 130)).toEqual([false]);
    await world.rotate(certificate.id, true);
    expect(await renewedAt(certificate.id, 130)).toEqual([true]);
  });

  it('is renewed after its end, too, and before all others', async () => {
    const certificate = await world.issue(authority, 10 * hour);
    world.at(20 * hour);
    expect(await world.renewal(certificate.id)).toMatchObject({ isLate: true });
    expect(await renewedAt(certificate.id, 20)).toEqual([true]);
  });

  it('is not renewed here where its key is elsewhere or no authority issued it, and says so', async () => {
    const folder = openssl(['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem', '-subj', '/CN=elsewhere.corp.test']);
    const applied = await world.issue(authority, 160 * hour, { csr: folder.slice(folder.indexOf('-----BEGIN CERTIFICATE REQUEST')), commonName: 'elsewhere.corp.test' });
    const foreign = await upload(world.platform, { body: openssl(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem', '-subj', '/CN=foreign.corp.test', '-days', '2']).trim() });
    await world.rotate(foreign.id, true);
    expect(await renewedAt(applied.id, 130)).toEqual([false]);
    expect(await world.renewal(applied.id)).toMatchObject({ state: 'off', reason: expect.stringContaining('its private key is elsewhere') });
    expect(await world.renewal(foreign.id)).toMatchObject({ state: 'off', reason: expect.stringContaining('no authority of this installation issued it') });
  });

  it('is renewed with rotation on where somebody uploaded it for an authority that can issue', async () => {
    const issued = await world.issue(authority, 160 * hour, { rotation: false });
    await world.rows('delete from certificate_log where certificate_id = $1', [issued.id]);
    await world.rows("update certificate set key_id = null, csr = null, external_id = 'from-elsewhere' where id = $1", [issued.id]);
    await world.rotate(issued.id, true);
    expect(await renewedAt(issued.id, 130)).toEqual([true]);
    const [successor = 0] = await world.successors(issued.id);
    expect(await world.certificate(successor)).toMatchObject({ hasPrivateKey: true });
  });
});
