import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachNotifications, getDelivery } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { waitUntil } from '@sifaka/testing';
import { DeliveryRunner } from '../delivery/delivery-runner.js';
import { LongTransfers } from '../delivery/long-transfers.js';
import { clock, NotifyWorld } from './a-notify-world.js';
import { inbox } from './memory-notifier.js';

let world: NotifyWorld;
beforeAll(async () => (world = await NotifyWorld.start()), 60_000);
afterAll(() => world.stop());
beforeEach(() => world.clear());

const stateOf = async (id: number) => (await world.call('gateway', getDelivery, { id })).state;
const faults: unknown[] = [];
/** With a patience that a test can wait for. */
const impatient = () => Reflect.set(world.platform.service('notify').app.get(DeliveryRunner), 'transfers', new LongTransfers({ patienceMs: 50, most: 200, onFault: (error) => faults.push(error) }));

/** A message for a notification, one of its own by default. */
async function message(notificationId?: number) {
  const id = notificationId ?? (await world.notification()).id;
  const certificate = world.certificate();
  await world.call('gateway', attachNotifications, { certificateId: certificate.id, owner: certificate.owner, notificationIds: [id] });
  await world.run('notifyExpirations');
  const [delivery] = await world.deliveries({ certificateId: certificate.id });
  return { deliveryId: delivery?.id ?? 0, notificationId: id };
}

/** Servers that have a message, and say so when the test wants it. */
function slowServers() {
  const ids: string[] = [];
  const waiting: (() => void)[] = [];
  inbox.gate = ({ deliveryId }) => {
    ids.push(deliveryId);
    return new Promise<void>((free) => waiting.push(free));
  };
  const answer = () => {
    inbox.gate = () => undefined;
    for (const free of waiting.splice(0)) free();
  };
  return { ids, answer };
}

describe('a server that takes minutes to say that it has a message', () => {
  it('holds up nothing but what goes there, however many of them there are', async () => {
    impatient();
    const { ids, answer } = slowServers();
    const first = await message();
    await waitUntil(() => ids.length === 1);
    const behind = await message(first.notificationId);
    // More than the queue works on side by side.
    for (let count = 0; count < 17; count += 1) await message();
    await waitUntil(() => ids.length === 18);
    expect([await stateOf(first.deliveryId), await stateOf(behind.deliveryId)]).toEqual(['sending', 'pending']);
    answer();
    await waitUntil(async () => (await stateOf(behind.deliveryId)) === 'delivered' && (await stateOf(first.deliveryId)) === 'delivered');
    await world.settled();
    expect([inbox.messages.length, new Set(ids).size, faults]).toEqual([19, 18, []]);
  }, 60_000);

  it('is waited for a little when the service stops', async () => {
    impatient();
    const { ids, answer } = slowServers();
    const { deliveryId } = await message();
    await waitUntil(() => ids.length === 1);
    await waitUntil(async () => (await world.sql("select from notify_jobs.jobs where task_identifier = 'deliver-to-target' and locked_at is not null")).length === 0);
    const stopping = world.platform.service('notify').stop(8_000);
    setTimeout(answer, 300);
    await stopping;
    await world.platform.restart('notify');
    expect([await stateOf(deliveryId), ids.length, inbox.messages.length]).toEqual(['delivered', 1, 1]);
  }, 60_000);

  it('and never does gets it again after a long pause, and the delivery says why', async () => {
    inbox.gate = () => {
      throw new AppError('upstream_failed', 'the mail server had the whole mail and did not say whether it took it', { reason: 'notification.outcome_unknown', retryAfterMs: 900_000 });
    };
    const { deliveryId, notificationId } = await message();
    await waitUntil(async () => (await stateOf(deliveryId)) === 'pending' && (await world.call('gateway', getDelivery, { id: deliveryId })).attempts === 1);
    const { lastError, nextTryAt } = await world.call('gateway', getDelivery, { id: deliveryId });
    expect(lastError).toContain('did not say whether it took it');
    expect(Date.parse(nextTryAt ?? '') - clock.now().getTime()).toBeGreaterThanOrEqual(900_000);
    inbox.gate = () => undefined;
    const other = await message(notificationId);
    await waitUntil(async () => (await stateOf(other.deliveryId)) === 'delivered');
    expect(await stateOf(deliveryId)).toBe('pending');
    clock.advance(1_000_000);
    await world.resume();
    await waitUntil(async () => (await stateOf(deliveryId)) === 'delivered');
    expect(inbox.messages).toHaveLength(2);
  }, 60_000);
});
