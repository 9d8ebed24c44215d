import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { certificateRevoked, deleteDestination, getDestination, retryDeployment, setDestinations, updateDestination } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { waitUntil } from '@sifaka/testing';
import { admin } from './a-deploy-service.js';
import { DeploymentWorld } from './a-deployment-world.js';

let world: DeploymentWorld;
beforeAll(async () => (world = await DeploymentWorld.start()), 60_000);
afterAll(() => world.stop());

const able = 'remove rollback settle endpoints';
const detach = (certificate: { id: number }) => world.platform.call('gateway', setDestinations, { certificateId: certificate.id, destinationIds: [] }, { principal: admin });
const remove = (id: number, isForced = false) => world.platform.call('gateway', deleteDestination, { id, isForced }, { principal: admin });
const factsOf = ({ id, name, fingerprintSha256, notBefore, notAfter }: Awaited<ReturnType<typeof world.certificate>>) => ({ id, name, owner: 'o', commonName: null, names: [], authorityId: null, serialHex: '01', fingerprintSha256, notBefore, notAfter, replaces: [], roleIds: [] });

/** Something to wait for that the test ends. */
function gate() {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), wait: () => passed };
}

describe('a fault', () => {
  it('that may pass is tried again later, with its words, until it works', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    place.shelf.faults.set('upload', new AppError('upstream_failed', 'the disk is full'));
    const detail = await world.deploy(certificate, place, 'failed');
    expect(detail).toMatchObject({ lastError: 'the disk is full', attempts: 1, nextTryAt: expect.any(String) });
    await world.events.waitFor(({ type, data }) => type.endsWith('deployment.failed') && Object(data).id === detail.id);
    expect(world.told('failed', detail.id)).toMatchObject([{ error: 'the disk is full', attempts: 1, nextTryAt: detail.nextTryAt }]);
    await world.makeDue(detail.id);
    await world.becomes(detail.id, 'failed', ({ attempts }) => attempts === 2);
    place.shelf.faults.clear();
    await world.makeDue(detail.id);
    expect(await world.becomes(detail.id, 'deployed')).toMatchObject({ lastError: null, attempts: 3, nextTryAt: null });
  });

  it.each([
    ['of the other side', () => new AppError('permission_denied', 'not you'), 'not you'],
    ['of a plugin', () => new TypeError('secret-in-a-bug'), 'internal error'],
  ])('%s is told without more than may be known', async (_whose, fault, told) => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    place.shelf.faults.set('upload', fault());
    const detail = await world.deploy(certificate, place, 'failed');
    expect(detail.lastError).toContain(told);
    expect(detail.lastError).not.toContain('secret');
  });

  it('is final at once where the key is another one, or gone', async () => {
    const place = await world.destination();
    const other = await world.certificate();
    const strange = await world.certificate({ keyOf: other.path });
    expect(await world.deploy(strange, place, 'failed')).toMatchObject({ nextTryAt: null, lastError: expect.stringContaining('is not its own') });
    const lost = await world.certificate();
    world.change(lost, { keyId: '6f1f5c1e-6b7e-4c60-8f5e-0d3f6f6f6f6f' });
    expect(await world.deploy(lost, place, 'failed')).toMatchObject({ nextTryAt: null, lastError: expect.stringContaining('not in the key vault') });
    expect(place.shelf.calls).toEqual([]);
  });

  it('of the inventory or the key vault is waited out', async () => {
    const [place, certificate, second] = [await world.destination(), await world.certificate(), await world.certificate()];
    const held = gate();
    place.shelf.gates.set('upload', held.wait);
    const [firstId = 0] = await world.attach(certificate, place);
    const [secondId = 0] = await world.attach(second, place);
    world.setIssuerAway(true);
    held.open();
    await world.becomes(secondId, 'failed', ({ nextTryAt, lastError }) => nextTryAt !== null && lastError !== null);
    world.setIssuerAway(false);
    await world.becomes(firstId, 'deployed');
    await world.platform.service('keyvault').stop();
    await world.makeDue(secondId);
    await world.becomes(secondId, 'failed', ({ attempts, nextTryAt }) => attempts === 2 && nextTryAt !== null);
    await world.platform.restart('keyvault');
    await world.makeDue(secondId);
    await world.becomes(secondId, 'deployed');
  });
});

describe('a destination', () => {
  it('gets one certificate at a time, also from two replicas, and others do not wait for it', async () => {
    await world.platform.replicate('deploy');
    const [slow, quick] = [await world.destination(), await world.destination()];
    const held = gate();
    let [now, most] = [0, 0];
    slow.shelf.gates.set('upload', async () => {
      most = Math.max(most, (now += 1));
      await held.wait();
      now -= 1;
    });
    const certificates = [await world.certificate(), await world.certificate(), await world.certificate(), await world.certificate()];
    const ids: number[] = [];
    for (const certificate of certificates) ids.push(...(await world.attach(certificate, slow)));
    await world.deploy(await world.certificate(), quick);
    await waitUntil(() => slow.shelf.calls.includes('upload'));
    expect(now).toBe(1);
    held.open();
    for (const id of ids) await world.becomes(id, 'deployed');
    expect(most).toBe(1);
    expect(slow.shelf.uploads).toHaveLength(4);
  });

  it('is left to others when its worker is not heard of any more, whose late words count for nothing', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    const held = gate();
    let uploads = 0;
    place.shelf.gates.set('upload', () => ((uploads += 1) === 1 ? held.wait() : Promise.resolve()));
    const [id = 0] = await world.attach(certificate, place);
    await waitUntil(() => uploads === 1);
    await world.sql().query('update destination_lease set until = now() where destination_id = $1', [place.id]);
    await world.makeDue(id);
    await world.becomes(id, 'deployed');
    await waitUntil(() => place.shelf.signals[0]?.aborted, { what: 'the first upload to be told to stop', timeoutMs: 12_000 });
    expect(place.shelf.signals[1]?.aborted).toBe(false);
    held.open();
    await waitUntil(() => place.shelf.uploads.length === 2);
    expect(await world.becomes(id, 'deployed')).toMatchObject({ attempts: 2 });
    expect(place.shelf.held.size).toBe(1);
  }, 30_000);
});

describe('after a crash', () => {
  it.each([
    ['uploading', ['upload', 'settle'], 'deployed'],
    ['verifying', ['upload', 'settle'], 'deployed'],
    ['settling', ['settle'], 'deployed'],
    ['rolling_back', ['rollback'], 'failed'],
  ] as const)('while %s it goes on from there', async (phase, calls, state) => {
    const [place, certificate] = [await world.destination({ can: able, isServing: true }), await world.certificate()];
    const { id } = await world.deploy(certificate, place);
    place.shelf.calls.length = 0;
    await world.crashed(id, phase);
    await world.sweep();
    await world.becomes(id, state, ({ updatedAt: _ }) => place.shelf.calls.length >= calls.length);
    expect(place.shelf.calls).toEqual(calls);
    expect((await world.sql().query<{ phase: string | null }>('select phase from deployment where id = $1', [id]))[0]?.phase).toBeNull();
  });

  it('while it is being removed it is removed', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    const { id } = await world.deploy(certificate, place);
    place.shelf.faults.set('remove', new AppError('unavailable', 'away'));
    await detach(certificate);
    await world.becomes(id, 'failed');
    place.shelf.faults.clear();
    await world.crashed(id, 'removing');
    await world.sweep();
    await world.becomes(id, 'removed');
    expect(place.shelf.held.size).toBe(0);
  });

  it('before what is proven was cleared up it is deployed, also when nobody answers there by then', async () => {
    const [place, certificate] = [await world.destination({ can: able, isServing: true }), await world.certificate()];
    const { id } = await world.deploy(certificate, place);
    place.shelf.calls.length = 0;
    place.shelf.close();
    await world.crashed(id, 'settling');
    await world.sweep();
    const { proofs } = await world.becomes(id, 'deployed', () => place.shelf.calls.length > 0);
    expect(place.shelf.calls).toEqual(['settle']);
    expect(proofs).toMatchObject([{ isServed: true }]);
  });

  it('before what is proven was cleared up it is cleared up and removed when it is not wanted any more', async () => {
    const [place, certificate] = [await world.destination({ can: able, isServing: true }), await world.certificate()];
    const { id } = await world.deploy(certificate, place);
    place.shelf.calls.length = 0;
    await world.crashed(id, 'settling');
    await detach(certificate);
    await world.becomes(id, 'removed');
    expect(place.shelf.calls).toEqual(['settle', 'remove']);
  });

  it('half-way through an upload that is not wanted any more, what was there before comes back', async () => {
    const [place, old, certificate] = [await world.destination({ can: able, isServing: true, slot: 'front' }), await world.certificate(), await world.certificate()];
    await world.deploy(old, place);
    const { id } = await world.deploy(certificate, place);
    await world.crashed(id, 'uploading');
    world.change(certificate, { status: 'revoked' });
    await world.tell('issuer', certificateRevoked, { ...factsOf(certificate), crlReason: 'keyCompromise', revokedAt: new Date().toISOString() });
    await world.becomes(id, 'removed');
    expect(place.shelf.calls.slice(-2)).toEqual(['rollback', 'remove']);
  });

  it('of the whole service the upload is done again', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    let uploads = 0;
    place.shelf.gates.set('upload', () => ((uploads += 1) === 1 ? new Promise<void>(() => undefined) : Promise.resolve()));
    const [id = 0] = await world.attach(certificate, place);
    await waitUntil(() => uploads === 1);
    const restarted = world.platform.restart('deploy');
    await waitUntil(async () => (await world.sql().query('update destination_lease set until = now() where destination_id = $1 returning holder', [place.id])).length === 1);
    await restarted;
    await world.sql().query('delete from destination_lease where destination_id = $1', [place.id]);
    await world.makeDue(id);
    expect(await world.becomes(id, 'deployed')).toMatchObject({ externalId: certificate.name });
  }, 30_000);
});

describe('what changes meanwhile', () => {
  it('is done next: a certificate that is detached or revoked while it is uploaded goes again', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    const held = gate();
    place.shelf.gates.set('upload', held.wait);
    const [id = 0] = await world.attach(certificate, place);
    await waitUntil(() => place.shelf.calls.includes('upload'));
    await detach(certificate);
    expect((await world.get(id)).state).toBe('running');
    held.open();
    await world.becomes(id, 'removed');
    expect(place.shelf.calls).toEqual(['upload', 'remove']);
  });

  it('a destination is deleted with its valid certificates; those that are not stay', async () => {
    const [place, valid, replaced] = [await world.destination({ label: 'going' }), await world.certificate(), await world.certificate()];
    const [one, two] = [await world.deploy(valid, place), await world.deploy(replaced, place)];
    world.change(replaced, { replacedBy: [valid.id] });
    expect(await remove(place.id)).toEqual({ isDeleted: true });
    expect([...place.shelf.held.keys()]).toEqual([replaced.name]);
    expect(await world.get(one.id)).toMatchObject({ state: 'removed', destinationLabel: 'going' });
    expect(await world.get(two.id)).toMatchObject({ state: 'removed', note: expect.stringContaining('not valid any more') });
    await expect(world.platform.call('gateway', retryDeployment, { id: one.id }, { principal: admin })).rejects.toMatchObject({ code: 'failed_precondition' });
  });

  it('a destination that cannot be cleaned at once is, visibly, until it can be', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    const { id } = await world.deploy(certificate, place);
    place.shelf.faults.set('remove', new AppError('permission_denied', 'not allowed to delete'));
    const other = await world.certificate();
    await expect(remove(place.id)).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(/is being deleted.*not allowed to delete.*repeat the request to finish/) });
    expect((await world.platform.call('gateway', getDestination, { id: place.id })).deletingSince).toEqual(expect.any(String));
    await expect(world.attach(other, place)).rejects.toMatchObject({ code: 'failed_precondition', message: expect.stringContaining('is being deleted') });
    place.shelf.faults.clear();
    expect(await remove(place.id)).toEqual({ isDeleted: true });
    expect(place.shelf.held.size).toBe(0);
    expect(await world.get(id)).toMatchObject({ state: 'removed', note: null });
  });

  it('a destination that is saved again is not deleted, and takes certificates again', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    await world.deploy(certificate, place);
    place.shelf.faults.set('remove', new AppError('permission_denied', 'not allowed to delete'));
    await expect(remove(place.id)).rejects.toMatchObject({ code: 'conflict' });
    place.shelf.faults.clear();
    await world.platform.call('gateway', updateDestination, { id: place.id, label: place.label, description: 'kept', plugin: { slug: 'shelf-destination', pluginOptions: place.options.map(({ name, value = null }) => ({ name, value })) } }, { principal: admin });
    await world.deploy(certificate, place);
  });

  it('nothing is removed when nobody can say what is valid', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    const { id } = await world.deploy(certificate, place);
    world.setIssuerAway(true);
    await expect(remove(place.id)).rejects.toMatchObject({ code: 'unavailable' });
    world.setIssuerAway(false);
    expect(await world.get(id)).toMatchObject({ state: 'deployed' });
    expect(place.shelf.calls).toEqual(['upload']);
  });

  it('a destination that cannot be cleaned is deleted by force', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    const { id } = await world.deploy(certificate, place);
    place.shelf.faults.set('remove', new AppError('permission_denied', 'not allowed to delete'));
    expect(await remove(place.id, true)).toEqual({ isDeleted: true });
    expect(await world.get(id)).toMatchObject({ state: 'removed', note: 'the destination was deleted' });
  });
});
