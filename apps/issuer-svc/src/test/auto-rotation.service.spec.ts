import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { getCertificate, revokeCertificate, runServiceJob, serviceStatus, tasks, type AuthorityRecord, type TaskArguments, type TaskReport } from '@sifaka/contracts';
import { waitUntil, type TestPlatform } from '@sifaka/testing';
import { AttachmentRepository, type AttachedObject } from '../attachment/attachment.repository.js';
import { DestinationLabelRepository } from '../attachment/destination-label.repository.js';
import { admin, anAuthority, anIssuer, issue } from './an-issuer.js';

jest.setTimeout(60_000);

let platform: TestPlatform;
let rotated: AuthorityRecord;
let left: AuthorityRecord;

const never = Object.fromEntries(tasks.map(({ name }) => [name, { enabled: false }]));

beforeAll(async () => {
  platform = await anIssuer({
    SIFAKA_TASKS: JSON.stringify(never),
    SIFAKA_ENABLE_AUTO_ROTATE_AUTHORITY: JSON.stringify(['Rotated CA']),
    SIFAKA_ENABLE_AUTO_ROTATE_DESTINATION_TYPE: 'ssh-destination',
    SIFAKA_ENABLE_AUTOROTATION_FILTER: JSON.stringify({ exclude: { destinations: ['lab-.*'] } }),
    SIFAKA_ENABLE_AUTOROTATION_FILTER_FOR_ENDPOINT: JSON.stringify({ exclude: { owners: ['frozen@.*'] } }),
    SIFAKA_DISABLE_AUTOROTATION_FILTER: JSON.stringify({ include: { commonNames: ['idle\\..*'] } }),
    SIFAKA_AUTHORITY_TO_DISABLE_ROTATE_OF_DUPLICATE_CERTIFICATES: JSON.stringify(['Rotated CA']),
  });
  rotated = await anAuthority(platform, { name: 'Rotated CA' });
  left = await anAuthority(platform, { name: 'Other CA' });
});
afterAll(() => platform.stop());

/** Runs a task and waits for the report of that very run. */
async function run(name: string, args: TaskArguments = {}): Promise<TaskReport> {
  const status = async () => (await platform.call('gateway', serviceStatus.issuer, {}, { principal: admin })).jobs.find((job) => job.name === name);
  const before = (await status())?.lastEndedAt;
  await platform.call('gateway', runServiceJob.issuer, { name, arguments: args }, { principal: admin });
  return waitUntil(async () => {
    const now = await status();
    if (now?.lastError !== null && now !== undefined) throw new Error(now.lastError);
    return now !== undefined && now.lastEndedAt !== before && !now.isRunning ? (now.lastReport ?? undefined) : undefined;
  });
}

let object = 1_000;
async function attach(kind: AttachedObject['kind'], certificateId: number, plugin?: string): Promise<void> {
  object += 1;
  await platform.service('issuer').app.get(AttachmentRepository).set({ kind, id: object, plugin }, [certificateId], true, new Date());
}

const rotationOf = async (id: number) => (await platform.call('gateway', getCertificate, { id }, { principal: admin })).rotation;

describe('enable_autorotate_for_certs_attached_to_endpoint', () => {
  it('switches rotation on for valid, unreplaced certificates of the configured authorities that endpoints present, and no others', async () => {
    const presented = await issue(platform, rotated);
    const frozen = await issue(platform, rotated, { owner: 'frozen@corp.test' });
    const elsewhere = await issue(platform, left);
    const revoked = await issue(platform, rotated);
    const replaced = await issue(platform, rotated);
    const idle = await issue(platform, rotated);
    for (const { id } of [presented, frozen, elsewhere, revoked, replaced]) await attach('endpoint', id);
    await platform.call('gateway', revokeCertificate, { id: revoked.id, comments: null, crlReason: 'superseded' }, { principal: admin });
    await issue(platform, rotated, { replaces: [{ id: replaced.id }] });

    expect(await run('enable_autorotate_for_certs_attached_to_endpoint', { dryRun: true })).toMatchObject({ dryRun: true, switched: 1, leftOut: 1, certificates: [{ id: presented.id }] });
    expect(await rotationOf(presented.id)).toBe(false);
    expect(await run('enable_autorotate_for_certs_attached_to_endpoint')).toMatchObject({ switched: 1, leftOut: 1 });
    expect(await rotationOf(presented.id)).toBe(true);
    for (const { id } of [frozen, elsewhere, revoked, replaced, idle]) expect(await rotationOf(id)).toBe(false);
    expect(await run('enable_autorotate_for_certs_attached_to_endpoint')).toMatchObject({ switched: 0 });
  });
});

describe('enable_autorotate_for_certs_attached_to_destination', () => {
  it('counts destinations of the configured plugin alone', async () => {
    const deployed = await issue(platform, rotated);
    const other = await issue(platform, rotated);
    await attach('destination', deployed.id, 'ssh-destination');
    await attach('destination', other.id, 'file-destination');
    expect(await run('enable_autorotate_for_certs_attached_to_destination')).toMatchObject({ switched: 1, certificates: [{ id: deployed.id }] });
    expect([await rotationOf(deployed.id), await rotationOf(other.id)]).toEqual([true, false]);
  });
});

describe('enableAutorotationFilter', () => {
  it('knows destinations by their labels', async () => {
    const inLab = await issue(platform, rotated);
    await attach('destination', inLab.id, 'ssh-destination');
    await platform.service('issuer').app.get(DestinationLabelRepository).note({ id: object, label: 'lab-7' }, new Date());
    expect(await run('enable_autorotate_for_certs_attached_to_destination')).toMatchObject({ switched: 0, leftOut: 1 });
    expect(await rotationOf(inLab.id)).toBe(false);
  });
});

describe('disable_autorotate_without_endpoint', () => {
  it('switches rotation off for what the filter accepts and no endpoint presents', async () => {
    const idle = await issue(platform, rotated, { commonName: 'idle.corp.test', rotation: true });
    const used = await issue(platform, rotated, { commonName: 'idle.used.test', rotation: true });
    const wanted = await issue(platform, rotated, { commonName: 'wanted.corp.test', rotation: true });
    await attach('endpoint', used.id);
    expect(await run('disable_autorotate_without_endpoint')).toMatchObject({ switched: 1, certificates: [{ id: idle.id }] });
    expect([await rotationOf(idle.id), await rotationOf(used.id), await rotationOf(wanted.id)]).toEqual([false, true, true]);
  });
});

describe('disable_rotation_of_duplicate_certificates', () => {
  const asked = { commonName: 'twice.corp.test', rotation: true, validityYears: null, validityStart: '2026-01-01T00:00:00Z', validityEnd: '2036-01-01T00:00:00Z' };

  it('leaves rotation on for one of several equal certificates, and touches no group that differs in anything', async () => {
    const authority = await anAuthority(platform, { name: 'Duplicating CA', validityYears: null, validityStart: '2025-12-01T00:00:00Z', validityEnd: '2037-01-01T00:00:00Z' });
    const first = await issue(platform, authority, asked);
    const second = await issue(platform, authority, asked);
    const alone = await issue(platform, authority, { ...asked, commonName: 'mixed.corp.test' });
    const different = await issue(platform, authority, { ...asked, commonName: 'mixed.corp.test', owner: 'other@corp.test' });
    // Of an authority that is not configured: nothing.
    expect(await run('disable_rotation_of_duplicate_certificates')).toMatchObject({ switchedOff: 0 });
    await platform.database('issuer').query("update authority set name = 'Rotated CA 2' where name = 'Rotated CA'");
    await platform.database('issuer').query("update authority set name = 'Rotated CA' where name = 'Duplicating CA'");

    expect(await run('disable_rotation_of_duplicate_certificates', { dryRun: true })).toMatchObject({ dryRun: true, switchedOff: 1, kept: 1, skipped: 2 });
    expect(await rotationOf(second.id)).toBe(true);
    expect(await run('disable_rotation_of_duplicate_certificates')).toMatchObject({ switchedOff: 1 });
    expect([await rotationOf(first.id), await rotationOf(second.id), await rotationOf(alone.id), await rotationOf(different.id)]).toEqual([true, false, true, true]);
  });
});

describe('certificate_expirations_metrics', () => {
  it('measures every valid certificate that nothing replaced', async () => {
    const [row] = await platform.database('issuer').query<{ count: number }>(`
      select count(*)::int as count from certificate c where c.not_after > now() and not c.deleted and c.status is distinct from 'revoked'
        and not exists (select from certificate_replacement r where r.replaced_id = c.id)`);
    expect(await run('certificate_expirations_metrics')).toEqual({ measured: row?.count });
  });
});

describe('deactivate_entrust_test_certificates', () => {
  it('finds nothing where no authority is a test account of Entrust', async () => {
    expect(await run('deactivate_entrust_test_certificates')).toEqual({ dryRun: false, found: 0, deactivated: 0, failed: 0 });
  });
});
