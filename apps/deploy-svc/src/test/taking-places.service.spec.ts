import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attachDestinations, certificateDestinationsRequested, certificateUpdated, retryDeployment, runServiceJob, setDestinations } from '@sifaka/contracts';
import { aPrincipal } from '@sifaka/testing';
import { admin } from './a-deploy-service.js';
import { DeploymentWorld, type KnownCertificate } from './a-deployment-world.js';

let world: DeploymentWorld;
beforeAll(async () => (world = await DeploymentWorld.start()), 60_000);
afterAll(() => world.stop());

const stranger = aPrincipal({ userId: 77, roles: [{ id: 8, name: 'others' }] });
const ofStranger = { userId: 77, ownerRoleId: 8, roleIds: [8], owner: 'others@example.test' };
const factsOf = ({ id, name, owner, commonName, names, fingerprintSha256, notBefore, notAfter }: KnownCertificate) => ({ id, name, owner, commonName, names, authorityId: null, serialHex: '01', fingerprintSha256, notBefore, notAfter, replaces: [], roleIds: [8] });

/** A destination with one place, in which somebody's certificate is. */
async function taken() {
  const [place, victim] = [await world.destination({ slot: '/etc/ssl/shop.crt' }), await world.certificate()];
  return { place, victim, before: await world.deploy(victim, place) };
}

describe('the place of another certificate at a destination', () => {
  it('is not taken by a stranger, in words and before anything is stored', async () => {
    const { place, victim, before } = await taken();
    const own = await world.certificate(ofStranger);
    const asked = { certificateId: own.id, destinationIds: [place.id] };
    for (const how of [attachDestinations, setDestinations]) {
      const refusal = { code: 'failed_precondition', fields: [{ path: 'destinations.0', message: expect.stringContaining(`"${victim.name}" (${victim.id}`) }] };
      await expect(world.platform.call('gateway', how, asked, { principal: stranger })).rejects.toMatchObject(refusal);
    }
    expect(await world.sql().query('select id from deployment where certificate_id = $1', [own.id])).toEqual([]);
    expect(await world.get(before.id)).toMatchObject({ state: 'deployed' });
  });

  it('is not taken by an event either: that fails in words, and whoever may have it tried again', async () => {
    const { place, victim, before } = await taken();
    const own = await world.certificate(ofStranger);
    await world.tell('issuer', certificateDestinationsRequested, { ...factsOf(own), destinationIds: [place.id] });
    await world.events.waitFor(({ type, data }) => type.endsWith('deployment.failed') && Object(data).certificateId === own.id);
    const [row] = await world.sql().query<{ id: number }>('select id from deployment where certificate_id = $1', [own.id]);
    const id = row?.id ?? 0;
    expect(await world.get(id)).toMatchObject({ state: 'failed', nextTryAt: null, lastError: expect.stringContaining(`"${victim.name}"`) });
    expect(place.shelf.uploads).toHaveLength(1);
    await expect(world.platform.call('gateway', retryDeployment, { id }, { principal: stranger })).rejects.toMatchObject({ code: 'failed_precondition' });
    await world.attach(own, place);
    await world.becomes(id, 'deployed');
    expect(await world.get(before.id)).toMatchObject({ state: 'removed' });
  });

  it('is taken by whom may though the event came first, and the worker has just seen that it is not free', async () => {
    const { place, victim, before } = await taken();
    const own = await world.certificate();
    const question = world.holdQuestion(victim.id);
    await world.tell('issuer', certificateDestinationsRequested, { id: own.id, fingerprintSha256: own.fingerprintSha256, destinationIds: [place.id] });
    await question.reached;
    const [id = 0] = await world.attach(own, place);
    expect(await world.get(id)).toMatchObject({ state: 'running' });
    question.letGo();
    await world.becomes(id, 'deployed');
    expect(await world.get(before.id)).toMatchObject({ state: 'removed' });
    expect(place.shelf.uploads.map(({ name }) => name)).toEqual([victim.name, own.name]);
  });

  it('is taken by the event alone where whoever asked for the certificate may take it', async () => {
    const { place, before } = await taken();
    const own = await world.certificate(ofStranger);
    const asked = { id: own.id, fingerprintSha256: own.fingerprintSha256, destinationIds: [place.id] };
    await world.tell('issuer', certificateDestinationsRequested, { ...asked, requestedBy: { userId: 77, roles: [{ id: 7, name: 'team' }] } });
    await world.events.waitFor(({ type, data }) => type.endsWith('deployment.succeeded') && Object(data).certificateId === own.id);
    expect(await world.get(before.id)).toMatchObject({ state: 'removed' });
    const other = await world.certificate({ ...ofStranger, userId: 78 });
    await world.tell('issuer', certificateDestinationsRequested, { id: other.id, fingerprintSha256: other.fingerprintSha256, destinationIds: [place.id], requestedBy: { userId: 78, roles: [] } });
    await world.events.waitFor(({ type, data }) => type.endsWith('deployment.failed') && Object(data).certificateId === other.id);
  });

  it('is free for whom waited for it, once the other one is gone, or is replaced by it', async () => {
    const { place, victim, before } = await taken();
    const waiting = await world.certificate(ofStranger);
    await world.tell('issuer', certificateDestinationsRequested, { id: waiting.id, fingerprintSha256: waiting.fingerprintSha256, destinationIds: [place.id] });
    await world.events.waitFor(({ type, data }) => type.endsWith('deployment.failed') && Object(data).certificateId === waiting.id);
    const [row] = await world.sql().query<{ id: number; blocked_by: number }>('select id, blocked_by from deployment where certificate_id = $1', [waiting.id]);
    expect(row?.blocked_by).toBe(victim.id);
    await world.platform.call('gateway', setDestinations, { certificateId: victim.id, destinationIds: [] }, { principal: admin });
    await world.becomes(before.id, 'removed');
    await world.platform.call('gateway', runServiceJob.deploy, { name: 'deploy-to-free-places' });
    await world.becomes(row?.id ?? 0, 'deployed');
    const heir = await world.certificate(ofStranger);
    await world.tell('issuer', certificateDestinationsRequested, { id: heir.id, fingerprintSha256: heir.fingerprintSha256, destinationIds: [place.id] });
    await world.events.waitFor(({ type, data }) => type.endsWith('deployment.failed') && Object(data).certificateId === heir.id);
    world.change(heir, { replaces: [waiting.id] });
    await world.tell('issuer', certificateUpdated, { ...factsOf(heir), replaces: [waiting.id] });
    await world.events.waitFor(({ type, data }) => type.endsWith('deployment.succeeded') && Object(data).certificateId === heir.id);
  });

  it('goes to whom may change both, to what replaces it, and back again', async () => {
    const { place, victim } = await taken();
    const both = aPrincipal({ userId: 77, roles: [{ id: 7, name: 'team' }] });
    const second = await world.certificate(ofStranger);
    const { deployments } = await world.platform.call('gateway', attachDestinations, { certificateId: second.id, destinationIds: [place.id] }, { principal: both });
    await world.becomes(deployments[0]?.id ?? 0, 'deployed');
    const third = await world.certificate({ replaces: [second.id] });
    await world.tell('issuer', certificateDestinationsRequested, { ...factsOf(third), destinationIds: [place.id] });
    await world.events.waitFor(({ type, data }) => type.endsWith('deployment.succeeded') && Object(data).certificateId === third.id);
    const again = await world.platform.call('gateway', attachDestinations, { certificateId: second.id, destinationIds: [place.id] }, { principal: stranger });
    await world.becomes(again.deployments[0]?.id ?? 0, 'deployed');
    expect(place.shelf.held.get('/etc/ssl/shop.crt')?.fingerprint).toBe(second.fingerprintSha256);
    expect(victim.id).toBeLessThan(second.id);
  });
});
