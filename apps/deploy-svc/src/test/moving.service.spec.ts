import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { certificatesSighted, setDestinations, updateDestination, type DestinationRecord } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { waitUntil } from '@sifaka/testing';
import { admin, named } from './a-deploy-service.js';
import { DeploymentWorld } from './a-deployment-world.js';
import { Shelf, shelves } from './shelf-destination.js';

let world: DeploymentWorld;
beforeAll(async () => (world = await DeploymentWorld.start()), 60_000);
afterAll(() => world.stop());

const valueOf = ({ options }: DestinationRecord, name: string): string => {
  const value = options.find((option) => option.name === name)?.value;
  return typeof value === 'string' ? value : '';
};

/** Has the destination lead to another shelf. */
async function move(place: DestinationRecord, other = `moved-${place.id}`): Promise<Shelf> {
  shelves.set(other, new Shelf());
  const options = named({ shelf: other, can: valueOf(place, 'can'), host: '127.0.0.1' });
  await world.platform.call('gateway', updateDestination, { id: place.id, label: place.label, description: '', plugin: { slug: 'shelf-destination', pluginOptions: options } }, { principal: admin });
  return shelves.get(other) ?? new Shelf();
}

describe('a destination that leads elsewhere', () => {
  it('gets what is deployed once more, and says where it is as well', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    const { id } = await world.deploy(certificate, place);
    const elsewhere = await move(place);
    await waitUntil(() => elsewhere.held.size === 1);
    const { history } = await world.becomes(id, 'deployed');
    expect(history.map(({ what }) => what)).toEqual(['requested', 'uploading', 'uploaded', 'deployed', 'requested', 'uploading', 'uploaded', 'deployed']);
    expect(history[4]?.detail).toContain(`shelf ${valueOf(place, 'shelf')}`);
    expect(place.shelf.held.size).toBe(1);
  });

  it('gets nothing of what a source has found, and is renamed without an upload', async () => {
    const [place, found] = [await world.destination({ label: 'found-and-moved' }), await world.certificate()];
    await world.tell('discovery', certificatesSighted, { sourceId: 4, label: 'found-and-moved', certificateIds: [found.id] });
    await waitUntil(async () => (await world.sql().query('select id from deployment where certificate_id = $1', [found.id])).length === 1);
    const elsewhere = await move(place);
    const own = await world.certificate();
    await world.deploy(own, place);
    expect([...elsewhere.held.keys()]).toEqual([own.name]);
    const kept = await world.platform.call('gateway', updateDestination, { id: place.id, label: 'renamed', description: '', plugin: { slug: 'shelf-destination', pluginOptions: named({ shelf: `moved-${place.id}`, can: valueOf(place, 'can') }) } }, { principal: admin });
    expect(kept.label).toBe('renamed');
    expect(elsewhere.uploads).toHaveLength(1);
  });

  it('does not claim to have removed what is at the former one', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    const { id } = await world.deploy(certificate, place);
    place.shelf.faults.set('remove', new AppError('unavailable', 'away'));
    await world.platform.call('gateway', setDestinations, { certificateId: certificate.id, destinationIds: [] }, { principal: admin });
    await world.becomes(id, 'failed');
    const elsewhere = await move(place);
    expect(await world.get(id)).toMatchObject({ state: 'removed', nextTryAt: null, note: expect.stringContaining('stays at the former one') });
    expect(elsewhere.calls).toEqual([]);
  });

  it('is not changed while somebody is at work there', async () => {
    const [place, certificate] = [await world.destination(), await world.certificate()];
    let open: () => void = () => undefined;
    const passed = new Promise<void>((resolve) => (open = resolve));
    place.shelf.gates.set('upload', () => passed);
    const [id = 0] = await world.attach(certificate, place);
    await waitUntil(() => place.shelf.calls.includes('upload'));
    await expect(move(place)).rejects.toMatchObject({ code: 'conflict', reason: 'destination.busy' });
    open();
    await world.becomes(id, 'deployed');
  });
});
