import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRotationPolicy, deleteRotationPolicy, getRotationPolicy, listRotationPolicies, updateRotationPolicy, type RequestOf } from '@sifaka/contracts';
import { aPrincipal, type TestPlatform } from '@sifaka/testing';
import { admin, anAuthority, anIssuer, issue } from './an-issuer.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await anIssuer({ SIFAKA_DEFAULT_ROTATION_INTERVAL: '21' });
});
afterAll(() => platform.stop());

const plain = aPrincipal({ userId: 50 });
const settings = (name: string, parts: Partial<RequestOf<typeof createRotationPolicy>> = {}) => ({ name, days: 10, hours: 0, lifetimeFraction: null, ...parts });
const create = (name: string, parts: Partial<RequestOf<typeof createRotationPolicy>> = {}, principal = admin) => platform.call('gateway', createRotationPolicy, settings(name, parts), { principal });
const list = async (filter: string | null = null) => (await platform.call('gateway', listRotationPolicies, { window: { offset: 0, limit: 50, sortBy: 'name', sortDir: 'asc', cursor: null }, filter, ids: null })).items;

describe('rotation policies', () => {
  it('begin with that of the configuration', async () => {
    expect(await list()).toEqual([{ id: expect.any(Number), name: 'default', days: 21, hours: 0, lifetimeFraction: null, certificateCount: 0 }]);
  });

  it('are made, changed and found, with the certificates that have them', async () => {
    const made = await create('half', { days: 0, lifetimeFraction: 0.5 });
    const certificate = await issue(platform, await anAuthority(platform), { rotationPolicy: { name: 'half' } });
    expect(certificate.rotationPolicy).toEqual({ id: made.id, name: 'half', days: 0, hours: 0, lifetimeFraction: 0.5 });
    const changed = await platform.call('gateway', updateRotationPolicy, { id: made.id, ...settings('half a day', { days: 0, hours: 12 }) }, { principal: admin });
    expect(changed).toEqual({ id: made.id, name: 'half a day', days: 0, hours: 12, lifetimeFraction: null, certificateCount: 1 });
    expect(await list('name;half')).toEqual([changed]);
    expect(await platform.call('gateway', getRotationPolicy, { id: made.id })).toEqual(changed);
    expect(await platform.database('issuer').query("select action from audit_entry where object_type = 'rotation_policy' and object_id = $1 order by at", [String(made.id)])).toEqual([{ action: 'rotation_policy.created' }, { action: 'rotation_policy.updated' }]);
  });

  it('have names of their own, and say when', async () => {
    await create('taken');
    await expect(create('taken')).rejects.toMatchObject({ code: 'already_exists', reason: 'rotation_policy.name_taken', fields: [{ path: 'name', message: 'there is a rotation policy "taken" already' }] });
    await expect(create('never', { days: 0 })).rejects.toMatchObject({ code: 'invalid_argument', reason: 'rotation_policy.empty' });
    const [standard] = await list('name;default');
    await expect(platform.call('gateway', updateRotationPolicy, { id: standard?.id ?? 0, ...settings('other') }, { principal: admin })).rejects.toMatchObject({ code: 'invalid_argument', reason: 'rotation_policy.default' });
  });

  it('are deleted unless something has them', async () => {
    const [used, unused] = [await create('used'), await create('unused')];
    await issue(platform, await anAuthority(platform), { rotationPolicy: { id: used.id } });
    const remove = (id: number) => platform.call('gateway', deleteRotationPolicy, { id }, { principal: admin });
    await expect(remove(used.id)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'rotation_policy.in_use' });
    const [standard] = await list('name;default');
    await expect(remove(standard?.id ?? 0)).rejects.toMatchObject({ code: 'failed_precondition', reason: 'rotation_policy.in_use' });
    await remove(unused.id);
    await expect(remove(unused.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are changed by administrators alone', async () => {
    const own = await create('guarded');
    await expect(create('mine', {}, plain)).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(platform.call('gateway', updateRotationPolicy, { id: own.id, ...settings('x') }, { principal: plain })).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(platform.call('gateway', deleteRotationPolicy, { id: own.id }, { principal: plain })).rejects.toMatchObject({ code: 'permission_denied' });
  });
});
