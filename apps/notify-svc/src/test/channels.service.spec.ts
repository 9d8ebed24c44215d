import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachNotifications } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { waitUntil } from '@sifaka/testing';
import { clock, days, NotifyWorld } from './a-notify-world.js';
import { inbox, mail } from './memory-notifier.js';

let world: NotifyWorld;
beforeAll(async () => (world = await NotifyWorld.start()), 60_000);
afterAll(() => world.stop());
beforeEach(() => world.clear());

const chat = (more: object = {}) => ({ slug: 'chat-notification', options: { interval: 30, unit: 'days', url: 'https://chat.corp.test/', ...more } });
const run = async () => {
  const report = await world.run('notifyExpirations');
  await world.settled();
  return report;
};
const told = () => inbox.of('expiration').map(({ by, intervalDays, recipients }) => [by, intervalDays, [...recipients].sort()]);
/** A certificate with a notification in each of these ways. */
const aCertificateWith = async (ways: Parameters<NotifyWorld['notification']>[0][], parts: Parameters<NotifyWorld['certificate']>[0] = {}) => {
  const certificate = world.certificate(parts);
  const notificationIds: number[] = [];
  for (const way of ways) notificationIds.push((await world.notification(way)).id);
  await world.call('gateway', attachNotifications, { certificateId: certificate.id, owner: certificate.owner, notificationIds });
  return certificate;
};
const mailIs = async (isSetUp: boolean) => {
  mail.isSetUp = isSetUp;
  await world.platform.restart('notify');
};

describe('what a channel told while there was no mail', () => {
  beforeEach(() => mailIs(false));
  const owners = ['joe@a.test', 'sec@corp.test'];

  it('is told by mail as well when there is, once', async () => {
    await aCertificateWith([chat()]);
    expect(await run()).toMatchObject({ told: 1, messages: 1 });
    expect(await run()).toMatchObject({ told: 0, messages: 0 });
    expect(told()).toEqual([['chat-notification', 30, []]]);
    clock.advance(days(3));
    await mailIs(true);
    expect(await run()).toMatchObject({ told: 0, messages: 1 });
    expect(await run()).toMatchObject({ told: 0, messages: 0 });
    expect(told()).toEqual([['chat-notification', 30, []], ['email-notification', 30, owners]]);
  });

  it('of several channels is one mail, and none beside the mail of a notification that waited', async () => {
    const other = chat({ url: 'https://other.corp.test/' });
    await aCertificateWith([chat(), other]);
    await aCertificateWith([chat(), undefined], { owner: 'ann@a.test' });
    await run();
    await mailIs(true);
    await run();
    expect(told().filter(([by]) => by === 'email-notification').sort()).toEqual([['email-notification', 30, ['ann@a.test', 'sec@corp.test', 'team@corp.test']], ['email-notification', 30, owners]].sort());
  });

  it('is not told late by mail when something nearer is told', async () => {
    await aCertificateWith([chat(), chat({ interval: 15 })]);
    await run();
    clock.advance(days(15));
    await mailIs(true);
    await run();
    expect(told().sort()).toEqual([['chat-notification', 15, []], ['chat-notification', 30, []], ['email-notification', 15, owners]]);
  });
});

describe('a channel that gets a message for each certificate', () => {
  beforeEach(() => mailIs(true));
  const topic = { slug: 'topic-notification', options: { interval: 30, unit: 'days', topic: 'certificates' } };

  it('has a delivery for each, so that none is sent again because of another', async () => {
    const notification = await world.notification(topic);
    const all = [world.certificate({ daysLeft: 28 }), world.certificate({ daysLeft: 29 }), world.certificate({ daysLeft: 30 })];
    for (const { id, owner } of all) await world.call('gateway', attachNotifications, { certificateId: id, owner, notificationIds: [notification.id] });
    const bad = all[1]?.id;
    inbox.gate = ({ certificates }) => {
      if (certificates[0]?.id === bad && certificates.length === 1) throw new AppError('upstream_failed', 'not this one');
    };
    expect(await world.run('notifyExpirations')).toMatchObject({ told: 3, messages: 3 });
    const topics = () => inbox.messages.filter(({ by }) => by === 'topic-notification').map(({ certificates }) => certificates.map(({ id }) => id));
    await waitUntil(() => topics().length === 2);
    await waitUntil(async () => (await world.deliveries({ state: 'pending' }))[0]?.attempts === 1);
    expect(await world.deliveries({ state: 'pending' })).toMatchObject([{ certificateIds: [bad], lastError: 'not this one' }]);
    inbox.gate = () => undefined;
    clock.advance(days(1));
    await world.platform.restart('notify');
    await world.resume();
    await waitUntil(() => topics().length === 3);
    expect(topics()).toEqual([[all[0]?.id], [all[2]?.id], [bad]]);
    const told = await world.sql<{ id: number; certificates: number[] }>('select n.certificate_id as id, d.certificate_ids as certificates from notice n join delivery d on d.id = n.delivery_id');
    expect(told.map(({ id, certificates }) => certificates.includes(id) && certificates.length === 1)).toEqual([true, true, true]);
  });
});
