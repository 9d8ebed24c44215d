import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachNotifications, getDelivery } from '@sifaka/contracts';
import { Jobs } from '@sifaka/messaging';
import { waitUntil } from '@sifaka/testing';
import { DeliveryRunner } from '../delivery/delivery-runner.js';
import { NotifyWorld } from './a-notify-world.js';
import { inbox } from './memory-notifier.js';

let world: NotifyWorld;
beforeAll(async () => (world = await NotifyWorld.start()), 60_000);
afterAll(() => world.stop());
beforeEach(() => world.clear());

const stateOf = async (id: number) => (await world.call('gateway', getDelivery, { id })).state;
/** Seconds that are left of the lease of its target; none: it was released. */
const leaseOf = async (id: number) => {
  const [row] = await world.sql<{ left: number }>('select extract(epoch from l.until - now())::float as left from target_lease l join delivery d on d.target = l.target where d.id = $1', [id]);
  return row?.left ?? null;
};
/** Whoever was woken has looked whether there is something to send. */
const looked = () => waitUntil(async () => (await world.sql("select from notify_jobs.jobs where task_identifier = 'deliver-to-target' and locked_at is null and run_at <= now()")).length === 0);

/** A message whose transfer ends when the test says so. */
async function inTransfer() {
  const ids: string[] = [];
  let arrive: () => void = () => undefined;
  inbox.gate = ({ deliveryId }) => {
    ids.push(deliveryId);
    return ids.length === 1 ? new Promise<void>((free) => (arrive = free)) : undefined;
  };
  const { id } = await world.notification();
  const certificate = world.certificate();
  await world.call('gateway', attachNotifications, { certificateId: certificate.id, owner: certificate.owner, notificationIds: [id] });
  await world.run('notifyExpirations');
  await waitUntil(() => ids.length === 1);
  const [delivery] = await world.deliveries({ certificateId: certificate.id });
  return { deliveryId: delivery?.id ?? 0, ids, arrive: () => arrive() };
}

describe('a message in transfer while the service stops', () => {
  it('is waited for, and sent by nobody else', async () => {
    const { deliveryId, ids, arrive } = await inTransfer();
    const replica = await world.platform.replicate('notify');
    const stopping = world.platform.service('notify').app.get(Jobs).stop(1, 25_000);
    await replica.app.get(DeliveryRunner).resume();
    await looked();
    expect([await stateOf(deliveryId), ids.length]).toEqual(['sending', 1]);
    expect(await leaseOf(deliveryId)).toBeGreaterThan(0);
    arrive();
    await stopping;
    expect([await stateOf(deliveryId), await leaseOf(deliveryId)]).toEqual(['delivered', null]);
    await replica.app.get(DeliveryRunner).resume();
    await looked();
    expect([ids.length, inbox.messages.length]).toEqual([1, 1]);
    await world.platform.restart('notify');
    await replica.stop();
  }, 60_000);

  it('is the last that is sent', async () => {
    const { deliveryId, ids, arrive } = await inTransfer();
    await world.sql(
      `insert into delivery (message_id, origin, target, plugin, type, severity, subject, text, html, recipients, certificate_ids, certificates, facts, state, next_try_at, created_at, notification_id)
       select gen_random_uuid(), 'another', target, plugin, type, severity, subject, text, html, recipients, certificate_ids, certificates, facts, 'pending', next_try_at, created_at, notification_id from delivery where id = $1`,
      [deliveryId],
    );
    const stopping = world.platform.service('notify').app.get(Jobs).stop(1, 25_000);
    // The signal comes after a millisecond: questions to the database take longer.
    await looked();
    expect(await stateOf(deliveryId)).toBe('sending');
    arrive();
    await stopping;
    expect((await world.deliveries()).map(({ state }) => state)).toEqual(['delivered', 'pending']);
    await world.platform.restart('notify');
    await world.settled();
    expect([ids.length, inbox.messages.length]).toEqual([2, 2]);
  }, 60_000);

  it('keeps its target from everybody for a while when it outlasts the stop', async () => {
    const { deliveryId, ids, arrive } = await inTransfer();
    await world.platform.service('notify').stop(1_000);
    arrive();
    await world.platform.restart('notify');
    await world.resume();
    await looked();
    expect([await stateOf(deliveryId), ids.length]).toEqual(['sending', 1]);
    expect(await leaseOf(deliveryId)).toBeGreaterThan(1);
    // As when it has run out.
    await world.sql('delete from target_lease');
    await world.resume();
    await waitUntil(async () => (await stateOf(deliveryId)) === 'delivered');
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
  }, 60_000);
});
