import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachNotifications, deleteNotification, getDelivery, retryDelivery, retryFailedDeliveries, runServiceJob, serviceStatus, updateNotification, type NotificationRecord } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { metricsText } from '@sifaka/observability';
import { waitUntil } from '@sifaka/testing';
import { ForgetDeliveries } from '../delivery/forget-deliveries.js';
import { admin, clock, days, NotifyWorld, plain, reader } from './a-notify-world.js';
import { inbox } from './memory-notifier.js';

let world: NotifyWorld;
beforeAll(async () => (world = await NotifyWorld.start()), 60_000);
afterAll(() => world.stop());
beforeEach(() => world.clear());

const signal = new AbortController().signal;
/** A certificate that is told of now, by this notification or one of its own. */
const told = async (notification?: NotificationRecord) => {
  const { id } = notification ?? (await world.notification());
  const certificate = world.certificate();
  await world.call('gateway', attachNotifications, { certificateId: certificate.id, owner: certificate.owner, notificationIds: [id] });
  await world.run('notifyExpirations');
  const [delivery] = await world.deliveries({ certificateId: certificate.id });
  if (delivery === undefined) throw new Error('nothing was written');
  return { certificate, deliveryId: delivery.id };
};
const get = (id: number) => world.call('gateway', getDelivery, { id });
const inState = (id: number, state: string) => waitUntil(async () => (await get(id)).state === state);
const failing = (error: AppError) => {
  inbox.gate = () => {
    throw error;
  };
};
const chat = { slug: 'chat-notification', options: { interval: 30, unit: 'days', url: 'https://chat.corp.test/' } };
const options = (values: Record<string, string | number>) => Object.entries(values).map(([name, value]) => ({ name, value }));
/** Of one of these, after the longest pause. */
const anotherTry = async (ids: number[]) => {
  const attempts = async () => (await Promise.all(ids.map(get))).reduce((sum, each) => sum + each.attempts, 0);
  const before = await attempts();
  clock.advance(14_400_000);
  await world.resume();
  await waitUntil(async () => (await attempts()) > before);
  for (const id of ids) await tried(id, 0);
};
const tried = (id: number, attempts: number) => waitUntil(async () => (await get(id)).attempts >= attempts && (await get(id)).state !== 'sending');

describe('a message', () => {
  it('whose server is away is tried again until it is there, with the same id', async () => {
    const ids = new Set<string>();
    inbox.gate = ({ deliveryId }) => {
      ids.add(deliveryId);
      throw new AppError('unavailable', 'nobody answers at mail.corp.test:25');
    };
    const { deliveryId } = await told();
    await tried(deliveryId, 1);
    for (const attempts of [2, 3]) {
      const { nextTryAt, state, lastError } = await get(deliveryId);
      expect([state, lastError]).toEqual(['pending', 'nobody answers at mail.corp.test:25']);
      clock.set(new Date(nextTryAt ?? ''));
      await world.resume();
      await tried(deliveryId, attempts);
    }
    inbox.gate = ({ deliveryId: id }) => void ids.add(id);
    clock.advance(days(1));
    await world.resume();
    await inState(deliveryId, 'delivered');
    const { history, attempts, deliveredAt, text } = await get(deliveryId);
    expect(history.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending', 'pending', 'delivered']);
    expect([attempts, deliveredAt, ids.size, inbox.messages.length, text.length > 0]).toEqual([4, expect.any(String), 1, 1, true]);
    await world.events.waitFor(({ type, data }) => type === 'sifaka.v1.notification.failed' && Object(data).id === deliveryId && Object(data).nextTryAt !== null);
  });

  it('waits as long as it is asked to, and whatever else goes there waits with it', async () => {
    failing(new AppError('rate_limited', 'slow down', { retryAfterMs: 3_600_000 }));
    const notification = await world.notification();
    const first = await told(notification);
    await tried(first.deliveryId, 1);
    const second = await told(notification);
    inbox.gate = () => undefined;
    await world.resume();
    const elsewhere = await told();
    await inState(elsewhere.deliveryId, 'delivered');
    expect([(await get(second.deliveryId)).attempts, inbox.messages.length]).toEqual([0, 1]);
    clock.advance(3_500_000);
    await world.resume();
    expect((await get(first.deliveryId)).state).toBe('pending');
    clock.advance(600_000);
    await world.resume();
    await inState(second.deliveryId, 'delivered');
    expect(inbox.messages.map(({ certificates }) => certificates[0]?.id)).toEqual([elsewhere, first, second].map(({ certificate }) => certificate.id));
  });

  it('that can never arrive is given up at once, and tried again when somebody asks', async () => {
    failing(new AppError('failed_precondition', 'there is no such channel'));
    const { deliveryId } = await told();
    await inState(deliveryId, 'failed');
    expect(await get(deliveryId)).toMatchObject({ attempts: 1, lastError: 'there is no such channel', nextTryAt: null });
    inbox.gate = () => undefined;
    await expect(world.call('gateway', retryDelivery, { id: deliveryId }, { principal: reader })).rejects.toMatchObject({ code: 'permission_denied' });
    expect(await world.call('gateway', retryDelivery, { id: deliveryId }, { principal: plain })).toMatchObject({ state: 'pending' });
    await inState(deliveryId, 'delivered');
    expect((await get(deliveryId)).history.map(({ detail }) => detail)).toContainEqual(expect.stringContaining('asked for again by'));
    await expect(world.call('gateway', retryDelivery, { id: deliveryId }, { principal: admin })).rejects.toMatchObject({ code: 'failed_precondition' });
    await expect(world.call('gateway', retryDelivery, { id: 999_999 }, { principal: admin })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('whose server refuses our password waits with all that goes there, for days, and says why', async () => {
    failing(new AppError('permission_denied', 'the mail server answered AUTH with 535'));
    const notification = await world.notification();
    const first = await told(notification);
    await tried(first.deliveryId, 1);
    const second = await told(notification);
    await world.resume();
    for (const { deliveryId } of [first, second]) expect(await get(deliveryId)).toMatchObject({ state: 'pending', lastError: expect.stringContaining('535'), nextTryAt: expect.any(String) });
    expect((await get(second.deliveryId)).attempts).toBe(0);
    expect(Date.parse((await get(first.deliveryId)).nextTryAt ?? '') - clock.now().getTime()).toBeGreaterThanOrEqual(300_000);
    for (let round = 0; round < 8; round++) await anotherTry([first.deliveryId, second.deliveryId]);
    expect([(await get(first.deliveryId)).attempts, (await get(second.deliveryId)).attempts].every((attempts) => attempts > 1)).toBe(true);
    inbox.gate = () => undefined;
    clock.advance(14_400_000);
    await world.resume();
    for (const { deliveryId } of [first, second]) await inState(deliveryId, 'delivered');
  });

  it('that alone makes its place look away does not hold up the others for long', async () => {
    const notification = await world.notification();
    let bad = 0;
    inbox.gate = ({ certificates }) => {
      if (certificates[0]?.id === bad) throw new AppError('upstream_timeout', 'no answer');
    };
    const certificate = world.certificate();
    bad = certificate.id;
    await world.call('gateway', attachNotifications, { certificateId: certificate.id, owner: certificate.owner, notificationIds: [notification.id] });
    await world.run('notifyExpirations');
    const stuck = (await world.deliveries({ certificateId: bad }))[0]?.id ?? 0;
    await tried(stuck, 1);
    const good = await told(notification);
    for (let round = 0; round < 3; round++) await anotherTry([stuck, good.deliveryId]);
    await inState(good.deliveryId, 'delivered');
    expect((await get(stuck)).state).toBe('pending');
  });

  it('whose plugin cannot be made ready waits until it can', async () => {
    const notification = await world.notification(chat);
    await world.sql(`update notification set options = '[]' where id = $1`, [notification.id]);
    const { deliveryId } = await told(notification);
    await tried(deliveryId, 1);
    expect(await get(deliveryId)).toMatchObject({ state: 'pending', lastError: expect.stringContaining('url') });
    await world.call('gateway', updateNotification, { id: notification.id, label: notification.label, description: '', active: true, addedCertificateIds: [], removedCertificateIds: [], plugin: { slug: 'chat-notification', pluginOptions: options(chat.options) } }, { principal: admin });
    await inState(deliveryId, 'delivered');
  });

  it('that waits because a clock was ahead does not wait for that long', async () => {
    failing(new AppError('unavailable', 'away'));
    const now = clock.now();
    const { deliveryId } = await told();
    await tried(deliveryId, 1);
    clock.set(new Date(now.getTime() + days(30)));
    await world.resume();
    await tried(deliveryId, 2);
    expect(Date.parse((await get(deliveryId)).nextTryAt ?? '')).toBeGreaterThan(now.getTime() + days(29));
    clock.set(now);
    inbox.gate = () => undefined;
    await world.resume();
    await inState(deliveryId, 'delivered');
  });

  it('that was given up is tried again with all others of its notification', async () => {
    failing(new AppError('failed_precondition', 'too long'));
    const notification = await world.notification();
    const all = [await told(notification), await told(notification), await told()].map(({ deliveryId }) => deliveryId);
    for (const id of all) await inState(id, 'failed');
    inbox.gate = () => undefined;
    await expect(world.call('gateway', retryFailedDeliveries, { notificationId: notification.id }, { principal: reader })).rejects.toMatchObject({ code: 'permission_denied' });
    expect(await world.call('gateway', retryFailedDeliveries, { notificationId: notification.id }, { principal: admin })).toEqual({ retriedIds: all.slice(0, 2) });
    for (const id of all.slice(0, 2)) await inState(id, 'delivered');
    expect([(await get(all[0] ?? 0)).history.map(({ detail }) => detail), (await get(all[2] ?? 0)).state]).toEqual([expect.arrayContaining([expect.stringContaining('asked for again by')]), 'failed']);
  });

  it('that was given up is tried again with all others of the platform, by an administrator', async () => {
    failing(new AppError('failed_precondition', 'too long'));
    const all = [await told(), await told()].map(({ deliveryId }) => deliveryId);
    for (const id of all) await inState(id, 'failed');
    inbox.gate = () => undefined;
    await expect(world.call('gateway', retryFailedDeliveries, { notificationId: null }, { principal: plain })).rejects.toMatchObject({ code: 'permission_denied' });
    const { retriedIds } = await world.call('gateway', retryFailedDeliveries, { notificationId: null }, { principal: admin });
    expect(retriedIds).toEqual(expect.arrayContaining(all));
    for (const id of all) await inState(id, 'delivered');
    expect(await world.call('gateway', retryFailedDeliveries, { notificationId: null }, { principal: admin })).toEqual({ retriedIds: [] });
  });

  it('does not hold up others when it alone is refused for now', async () => {
    const notification = await world.notification();
    inbox.gate = ({ certificates }) => {
      if (certificates[0]?.id === bad) throw new AppError('upstream_failed', 'not this one');
    };
    let bad = 0;
    const certificate = world.certificate();
    bad = certificate.id;
    await world.call('gateway', attachNotifications, { certificateId: certificate.id, owner: certificate.owner, notificationIds: [notification.id] });
    await world.run('notifyExpirations');
    const good = await told(notification);
    await inState(good.deliveryId, 'delivered');
    expect(await world.deliveries({ state: 'pending' })).toMatchObject([{ certificateIds: [bad], lastError: 'not this one' }]);
  });

  it('that reached some is sent to the others alone', async () => {
    inbox.receipt = { reference: '<1@mail>', undelivered: [{ recipient: 'team@corp.test', detail: 'mailbox is full', isWorthRetrying: true }, { recipient: 'sec@corp.test', detail: 'unknown', isWorthRetrying: false }] };
    const { deliveryId } = await told();
    await tried(deliveryId, 1);
    expect(await get(deliveryId)).toMatchObject({ state: 'pending', lastError: expect.stringContaining('mailbox is full (tried again); sec@corp.test: unknown') });
    inbox.receipt = { reference: null };
    clock.advance(days(1));
    await world.resume();
    await inState(deliveryId, 'delivered');
    expect(inbox.messages.map(({ onlyTo }) => onlyTo)).toEqual([undefined, ['team@corp.test']]);
  });

  it.each([
    ['deleted', (id: number) => world.call('gateway', deleteNotification, { id }, { principal: admin })],
    [
      'switched off',
      (id: number) =>
        world.call(
          'gateway',
          updateNotification,
          { id, label: `off-${id}`, description: '', active: false, addedCertificateIds: [], removedCertificateIds: [], plugin: { slug: 'email-notification', pluginOptions: [{ name: 'interval', value: 30 }, { name: 'unit', value: 'days' }, { name: 'recipients', value: 'a@corp.test' }] } },
          { principal: admin },
        ),
    ],
  ])('is dropped when its notification was %s', async (_how, end) => {
    failing(new AppError('unavailable', 'away'));
    const notification = await world.notification();
    const { deliveryId } = await told(notification);
    await tried(deliveryId, 1);
    await end(notification.id);
    inbox.gate = () => undefined;
    clock.advance(days(1));
    await world.resume();
    await inState(deliveryId, 'dropped');
    expect(inbox.messages).toEqual([]);
  });

  it('goes to one place in order, one at a time', async () => {
    const notification = await world.notification();
    let now = 0;
    let most = 0;
    inbox.gate = async () => {
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
    };
    const replica = await world.platform.replicate('notify');
    const all = [];
    for (let index = 0; index < 6; index++) all.push(await told(notification));
    await world.settled();
    await replica.stop();
    expect([most, inbox.messages.map(({ certificates }) => certificates[0]?.id)]).toEqual([1, all.map(({ certificate }) => certificate.id)]);
  });

  it('that was being sent when the process ended is sent by the next, with the same id', async () => {
    const ids: string[] = [];
    let release: () => void = () => undefined;
    const isStuck = new Promise<void>((resolve) => {
      inbox.gate = ({ deliveryId }) => {
        ids.push(deliveryId);
        resolve();
        return ids.length === 1 ? new Promise<void>((free) => (release = free)) : undefined;
      };
    });
    const { deliveryId } = await told();
    await isStuck;
    expect((await get(deliveryId)).state).toBe('sending');
    // As after a kill: the lease ends, and nobody wrote anything down.
    await world.sql('delete from target_lease');
    await world.resume();
    await world.platform.restart('notify');
    await inState(deliveryId, 'delivered');
    release();
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
  });

  it('is forgotten after ninety days, and what was told is not', async () => {
    const { deliveryId } = await told();
    await inState(deliveryId, 'delivered');
    const forget = world.platform.service('notify').app.get(ForgetDeliveries);
    clock.advance(days(89));
    await forget.run({}, { signal });
    expect((await get(deliveryId)).state).toBe('delivered');
    clock.advance(days(2));
    await forget.run({}, { signal });
    await expect(get(deliveryId)).rejects.toMatchObject({ code: 'not_found' });
    expect(await world.sql('select count(*)::int as count from notice')).toEqual([{ count: 1 }]);
  });

  it('is counted', async () => {
    const { deliveryId } = await told();
    await inState(deliveryId, 'delivered');
    expect(await metricsText()).toMatch(/notification[a-z_]*\{[^}]*status="success"[^}]*\} [1-9]/);
  });
});

describe('the tasks', () => {
  it('are there by their names, and run when the gateway says so', async () => {
    await world.call('gateway', runServiceJob.notify, { name: 'send_security_expiration_summary' });
    await waitUntil(() => inbox.of('expiration_summary').length === 1);
    const { jobs } = await world.call('gateway', serviceStatus.notify, {});
    const names = jobs.map(({ name }) => name);
    for (const name of ['notify_expirations', 'notify_authority_expirations', 'send_security_expiration_summary', 'notify_expiring_deployed_certificates']) expect(names).toContain(name);
    await waitUntil(async () => (await world.call('gateway', serviceStatus.notify, {})).jobs.find(({ name }) => name === 'send_security_expiration_summary')?.lastReport?.messages === 1);
  });
});
