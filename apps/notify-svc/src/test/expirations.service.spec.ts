import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachNotifications, deleteNotification, notifyTimeline, updateNotification } from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { waitUntil } from '@sifaka/testing';
import { admin, clock, days, inventory, issuerState, NotifyWorld, servedWhileEnding } from './a-notify-world.js';
import { inbox } from './memory-notifier.js';

let world: NotifyWorld;
beforeAll(async () => (world = await NotifyWorld.start({ EXCLUDE_CN_FROM_NOTIFICATION: 'silent' })), 60_000);
afterAll(() => world.stop());
beforeEach(() => world.clear());

const attach = (certificateId: number, owner: string, notificationIds: number[]) => world.call('gateway', attachNotifications, { certificateId, owner, notificationIds });
const chat = { slug: 'chat-notification', options: { interval: 30, unit: 'days', url: 'https://chat.corp.test/' } };
/** A certificate with one notification at 30 days. */
const aTold = async (parts: Parameters<NotifyWorld['certificate']>[0] = {}) => {
  const notification = await world.notification();
  const certificate = world.certificate(parts);
  await attach(certificate.id, certificate.owner, [notification.id]);
  return { certificate, notification };
};
const settledBy = (lateInDays: number, state: 'planned' | 'failing' | 'pending' = 'planned') => ({
  rotation: true,
  renewal: { state, reason: 'policy', windowStart: null, plannedAt: clock.now().toISOString(), lateAt: new Date(clock.now().getTime() + days(lateInDays)).toISOString(), isLate: false, lastError: null },
});
const run = async () => {
  const report = await world.run('notifyExpirations');
  await world.settled();
  return report;
};
const told = () => inbox.of('expiration').map(({ certificates, recipients, by }) => [by, certificates.map(({ id }) => id), [...recipients].sort()]);

describe('an expiration', () => {
  it('is told once, to the recipients, the security team and the owner', async () => {
    const { certificate, notification } = await aTold({ daysLeft: 30.04 });
    expect(await run()).toMatchObject({ certificates: 1, messages: 1, told: 1 });
    expect(told()).toEqual([['email-notification', [certificate.id], ['joe@a.test', 'sec@corp.test', 'team@corp.test']]]);
    expect(inbox.messages[0]).toMatchObject({ intervalDays: 30, severity: 'warning', certificates: [{ name: certificate.name, notAfter: new Date(certificate.notAfter), url: `https://sifaka.corp.test/certificates/${certificate.id}` }] });
    expect(await run()).toMatchObject({ messages: 0, told: 0 });
    expect(inbox.messages).toHaveLength(1);
    expect(await world.deliveries({ notificationId: notification.id })).toMatchObject([{ state: 'delivered', attempts: 1, type: 'expiration', certificateIds: [certificate.id], notification: { id: notification.id } }]);
    await world.events.waitFor(({ type, data }) => type === 'sifaka.v1.notification.delivered' && Object(data).notificationId === notification.id);
  });

  it('that was missed is made up for once, and of several the nearest alone', async () => {
    const late = world.certificate({ daysLeft: 27 });
    const later = world.certificate({ daysLeft: 14 });
    for (const { id } of [late, later]) await world.call('gateway', attachNotifications, { certificateId: id, owner: 'joe@a.test', notificationIds: [] });
    await run();
    const byInterval = (days: number) => inbox.of('expiration').filter(({ intervalDays }) => intervalDays === days).flatMap(({ certificates }) => certificates.map(({ id }) => id));
    expect([byInterval(30), byInterval(15), byInterval(2)]).toEqual([[late.id], [later.id], []]);
    await run();
    expect(inbox.messages).toHaveLength(2);
  });

  it('of several notifications that reach the same people is one message', async () => {
    const [own, same, more] = [await world.notification(), await world.notification(), await world.notification({ options: { interval: 30, unit: 'days', recipients: 'desk@corp.test' } })];
    const [first, second] = [world.certificate(), world.certificate()];
    await attach(first.id, first.owner, [own.id]);
    await attach(second.id, second.owner, [own.id, same.id, more.id]);
    expect(await run()).toMatchObject({ told: 4, messages: 2, settled: 1 });
    expect(told().sort()).toEqual([
      ['email-notification', [first.id, second.id], ['joe@a.test', 'sec@corp.test', 'team@corp.test']],
      ['email-notification', [second.id], ['desk@corp.test']],
    ].sort());
    expect(inbox.messages.map(({ onlyTo }) => onlyTo)).toContainEqual(['desk@corp.test']);
    await run();
    expect(inbox.messages).toHaveLength(2);
  });

  it('is first the owner\'s own, and what that settled for another notification is in the timeline', async () => {
    const team = await world.notification({ options: { interval: 30, unit: 'days', recipients: 'SEC@corp.test' } });
    const own = await world.notification({ options: { interval: 30, unit: 'days', recipients: 'Joe@a.test' } });
    const certificate = world.certificate();
    await attach(certificate.id, certificate.owner, [team.id, own.id]);
    await run();
    expect(inbox.messages).toHaveLength(1);
    const [delivery] = await world.deliveries();
    expect(delivery?.notification?.id).toBe(own.id);
    const { entries } = await world.call('gateway', notifyTimeline, { certificateId: certificate.id });
    expect(entries.filter(({ title }) => title.includes(team.label))).toMatchObject([{ state: 'done', detail: expect.stringContaining(own.label), object: { type: 'delivery', id: delivery?.id } }]);
  });

  it('is left out for those alone who heard all of it', async () => {
    const [own, team] = [await world.notification(), await world.notification({ options: { interval: 30, unit: 'days', recipients: 'desk@corp.test, joe@a.test' } })];
    const [first, second] = [world.certificate(), world.certificate()];
    await attach(first.id, first.owner, [own.id, team.id]);
    await attach(second.id, second.owner, [team.id]);
    await run();
    expect(told().map(([, , recipients]) => recipients).sort()).toEqual([['desk@corp.test', 'joe@a.test', 'sec@corp.test'], ['team@corp.test']]);
  });

  it('that two channels tell goes with one mail', async () => {
    const [one, other] = [await world.notification(chat), await world.notification({ ...chat, options: { ...chat.options, url: 'https://other.corp.test/' } })];
    const certificate = world.certificate();
    await attach(certificate.id, certificate.owner, [one.id, other.id]);
    await run();
    expect(told().map(([by]) => by).sort()).toEqual(['chat-notification', 'chat-notification', 'email-notification']);
  });

  it('is told by the second message when the first was dropped', async () => {
    const [own, team] = [await world.notification(), await world.notification()];
    const certificate = world.certificate();
    await attach(certificate.id, certificate.owner, [own.id, team.id]);
    inbox.gate = () => {
      throw new AppError('unavailable', 'away');
    };
    expect(await world.run('notifyExpirations')).toMatchObject({ messages: 1, settled: 1 });
    const first = async () => (await world.deliveries())[0];
    await waitUntil(async () => (await first())?.attempts === 1 && (await first())?.state === 'pending');
    await world.call('gateway', deleteNotification, { id: (await first())?.notification?.id ?? 0 }, { principal: admin });
    inbox.gate = () => undefined;
    clock.advance(days(1));
    await world.resume();
    await waitUntil(async () => (await first())?.state === 'dropped');
    await run();
    expect(told().map(([, ids]) => ids)).toEqual([[certificate.id]]);
  });

  it('is told once though two replicas look at the same moment', async () => {
    for (let index = 0; index < 5; index++) await aTold();
    const replica = await world.platform.replicate('notify');
    await Promise.all([world.run('notifyExpirations'), world.run('notifyExpirations', replica), world.run('notifyExpirations', replica)]);
    await world.settled();
    expect(inbox.messages).toHaveLength(5);
    expect(new Set(inbox.messages.flatMap(({ certificates }) => certificates.map(({ id }) => id))).size).toBe(5);
  });

  it.each([
    ['that has more days left', { daysLeft: 31.1 }],
    ['of one that nobody wants to be told of', { notify: false }],
    ['of a revoked one', { status: 'revoked' as const }],
    ['of a deleted one', { isDeleted: true }],
    ['of one whose name is excluded', { name: 'SAN-Silent.corp.test' }],
    ['of one that has ended', { daysLeft: -1 }],
    ['that renewal is about to settle', settledBy(3)],
    ['whose renewal was asked for', settledBy(3, 'pending')],
  ])('%s is not told', async (_title, parts) => {
    await aTold(parts);
    await run();
    expect(inbox.messages).toEqual([]);
    expect(await world.deliveries()).toEqual([]);
  });

  it('is told as soon as its renewal is late', async () => {
    const { certificate } = await aTold({ daysLeft: 20, ...settledBy(3) });
    await run();
    expect(inbox.messages).toEqual([]);
    inventory.set(certificate.id, { ...certificate, ...settledBy(-1, 'failing') });
    await run();
    expect(told().map(([, ids]) => ids)).toEqual([[certificate.id]]);
  });

  it('is one message for each owner and notification', async () => {
    const notification = await world.notification();
    const [b, a, c] = [world.certificate({ daysLeft: 30 }), world.certificate({ daysLeft: 29 }), world.certificate({ owner: 'ann@a.test' })];
    for (const { id, owner } of [a, b, c]) await attach(id, owner, [notification.id]);
    await run();
    expect(told().sort()).toEqual([
      ['email-notification', [a.id, b.id], ['joe@a.test', 'sec@corp.test', 'team@corp.test']],
      ['email-notification', [c.id], ['ann@a.test', 'sec@corp.test', 'team@corp.test']],
    ].sort());
  });

  it('by another plugin goes with a mail, unless one tells the same anyway', async () => {
    const [channel, mail] = [await world.notification(chat), await world.notification()];
    const [alone, both] = [world.certificate(), world.certificate()];
    await attach(alone.id, alone.owner, [channel.id]);
    await attach(both.id, both.owner, [channel.id, mail.id]);
    await run();
    expect(told().sort()).toEqual([
      ['chat-notification', [alone.id, both.id], []],
      ['email-notification', [alone.id], ['joe@a.test', 'sec@corp.test']],
      ['email-notification', [both.id], ['joe@a.test', 'sec@corp.test', 'team@corp.test']],
    ].sort());
  });

  it('waits while its notification is switched off', async () => {
    const { certificate, notification } = await aTold({ daysLeft: 28 });
    const input = { id: notification.id, label: notification.label, description: '', plugin: { slug: 'email-notification', pluginOptions: notification.options }, addedCertificateIds: [], removedCertificateIds: [] };
    await world.call('gateway', updateNotification, { ...input, active: false }, { principal: admin });
    await run();
    expect(inbox.messages).toEqual([]);
    await world.call('gateway', updateNotification, { ...input, active: true }, { principal: admin });
    await run();
    expect(told().map(([, ids]) => ids)).toEqual([[certificate.id]]);
  });

  it('of one that lives a week is told once for all intervals longer than that, and once more near the end', async () => {
    const certificate = world.certificate({ daysLeft: 6.6, lifeDays: 6.67 });
    await world.call('gateway', attachNotifications, { certificateId: certificate.id, owner: 'joe@a.test', notificationIds: [] });
    for (const _time of [1, 2]) await run();
    expect(inbox.messages.map(({ intervalDays }) => intervalDays)).toEqual([15]);
    inventory.set(certificate.id, { ...certificate, notAfter: new Date(clock.now().getTime() + days(2.5)).toISOString() });
    for (const _time of [1, 2]) await run();
    expect(inbox.messages.map(({ intervalDays }) => intervalDays)).toEqual([15, 2]);
  });

  it('fails the run when nobody can be asked, and tells nothing twice after it', async () => {
    await aTold();
    issuerState.isAway = true;
    await expect(world.run('notifyExpirations')).rejects.toMatchObject({ code: 'unavailable' });
    issuerState.isAway = false;
    await run();
    expect(inbox.messages).toHaveLength(1);
  });

  it('reads an inventory in pages', async () => {
    const notification = await world.notification();
    const all = Array.from({ length: 450 }, (_, index) => world.certificate({ id: 10_000 + index, owner: `o${index % 3}@a.test` }));
    for (const { id, owner } of all) await attach(id, owner, [notification.id]);
    expect(await run()).toMatchObject({ certificates: 450, told: 450, messages: 3 });
  }, 60_000);
});

describe('a timeline', () => {
  it('says what was told, what will be, and on what condition', async () => {
    const certificate = world.certificate({ daysLeft: 20 });
    await world.call('gateway', attachNotifications, { certificateId: certificate.id, owner: 'joe@a.test', notificationIds: [] });
    await run();
    const read = async () => (await world.call('gateway', notifyTimeline, { certificateId: certificate.id })).entries.map(({ state, title, detail }) => [state, title, detail]);
    const [planned, sent] = [(await read()).filter(([state]) => state === 'planned'), (await read()).filter(([state]) => state === 'done')];
    expect(planned.map(([, title]) => title).sort()).toEqual(['DEFAULT_JOE_15_DAY', 'DEFAULT_JOE_2_DAY', 'DEFAULT_SECURITY_15_DAY', 'DEFAULT_SECURITY_2_DAY'].map((label) => `Notice of "${label}"`));
    expect(sent.map(([, , detail]) => detail).sort()).toEqual([expect.stringMatching(/^Everybody is told by the message of "DEFAULT_JOE_30_DAY"$/), expect.stringMatching(/^Sent to .*(?:joe@a\.test.*sec@corp\.test|sec@corp\.test.*joe@a\.test)/)]);
    inventory.set(certificate.id, { ...certificate, ...settledBy(3) });
    const conditional = (await read()).filter(([state]) => state === 'planned').map(([, , detail]) => detail);
    // No schedule here.
    expect(new Set(conditional)).toEqual(new Set(['Only if its renewal is late by then; Told when somebody runs notify_expirations: no run is scheduled']));
  });
});

describe('an authority', () => {
  const anAuthority = (daysLeft: number, parts: object = {}) => {
    const certificate = world.certificate({ daysLeft, lifeDays: 3_650, owner: 'pki@a.test', ...parts });
    inventory.set(certificate.id, { ...certificate, ownAuthority: { id: certificate.id, name: 'Root', isSelfSigned: true, issuedCount: 12 } });
    return certificate;
  };
  const runAuthorities = async () => {
    await world.run('notifyAuthorities');
    await world.settled();
  };

  it.each([
    [365.5, 365],
    [180.5, 180],
    [179, 180],
    [364, 365],
  ])('that ends in %d days is told of at %d days', async (daysLeft, interval) => {
    const { id } = anAuthority(daysLeft);
    await runAuthorities();
    await runAuthorities();
    expect(inbox.of('authority_expiration').map(({ intervalDays, certificates, recipients }) => [intervalDays, certificates.map((each) => each.id), recipients])).toEqual([[interval, [id], ['pki@a.test', 'sec@corp.test']]]);
    expect(inbox.messages[0]?.facts).toMatchObject({ authorities: [{ name: 'Root', isSelfSigned: true, issuedCount: 12 }] });
  });

  it('that ends in 366 days, or was there before anybody counted, is told of once at most', async () => {
    anAuthority(366.1);
    anAuthority(100);
    await runAuthorities();
    await runAuthorities();
    expect(inbox.of('authority_expiration').map(({ intervalDays }) => intervalDays)).toEqual([180]);
  });
});

describe('what ends soon and is presented all the same', () => {
  it('is told to the security team alone, one message for each owner, once a day', async () => {
    const owners = ['a@a.test', 'b@a.test', 'c@a.test'];
    for (const owner of owners) {
      const { id } = world.certificate({ daysLeft: 5, owner });
      servedWhileEnding.push({ certificateId: id, domains: [{ name: 'x.corp.test', ports: [443], checkedAt: clock.now().toISOString() }, { name: 'y.corp.test', ports: [], checkedAt: clock.now().toISOString() }] });
    }
    const unseen = world.certificate({ daysLeft: 5 });
    servedWhileEnding.push({ certificateId: unseen.id, domains: [{ name: 'z.corp.test', ports: [], checkedAt: clock.now().toISOString() }] });
    for (const _time of [1, 2]) await world.run('notifyDeployed');
    await world.settled();
    const messages = inbox.of('expiring_deployed_certificate');
    expect(messages.map(({ recipients, certificates }) => [recipients, certificates[0]?.owner]).sort()).toEqual(owners.map((owner) => [['sec@corp.test'], owner]));
    expect(messages[0]?.facts).toMatchObject({ served: [{ domains: [{ name: 'x.corp.test', ports: [443] }] }] });
  });
});
