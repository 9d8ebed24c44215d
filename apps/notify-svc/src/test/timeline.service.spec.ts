import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachNotifications, notifyTimeline, tasks } from '@sifaka/contracts';
import { clock, days, inventory, NotifyWorld } from './a-notify-world.js';

// The run of 22:00, which is now, is made up for before there is a certificate; the clock stands still then.
const others = tasks.filter(({ service, name }) => service === 'notify' && name !== 'notify_expirations').map(({ name }) => [name, { enabled: false }] as const);
const scheduled = JSON.stringify({ ...Object.fromEntries(others), notify_expirations: { schedule: '30 6,18 * * *' } });

let world: NotifyWorld;
beforeAll(async () => (world = await NotifyWorld.start({ SIFAKA_TASKS: scheduled })), 60_000);
afterAll(() => world.stop());
beforeEach(() => world.clear());

const aCertificate = async (daysLeft: number, intervals: number[]) => {
  const certificate = world.certificate({ daysLeft });
  const notifications = await Promise.all(intervals.map((interval) => world.notification({ label: `${interval} days`, options: { interval, unit: 'days', recipients: 'team@corp.test' } })));
  await world.call('gateway', attachNotifications, { certificateId: certificate.id, owner: certificate.owner, notificationIds: notifications.map(({ id }) => id) });
  return certificate;
};
const read = async (id: number) =>
  (await world.call('gateway', notifyTimeline, { certificateId: id })).entries.filter(({ title }) => /^Notice of "\d+ days"$/.test(title)).map(({ at, title, state, detail }) => [at, title, state, detail]);

describe('a notice in a timeline', () => {
  it('stands at the run of its task that will tell it, by the schedule of this installation', async () => {
    const { id } = await aCertificate(11 + 45 / 86_400, [10]);
    expect(await read(id)).toEqual([['2026-11-23T06:30:00+00:00', 'Notice of "10 days"', 'planned', null]]);
  });

  it('stays from when it is due until it is told', async () => {
    const { id } = await aCertificate(2.5, [30, 2]);
    expect(await read(id)).toEqual([['2026-11-23T06:30:00+00:00', 'Notice of "2 days"', 'planned', null]]);
    await world.run('notifyExpirations');
    expect(await read(id)).toEqual([]);
    await world.settled();
    expect((await world.call('gateway', notifyTimeline, { certificateId: id })).entries).toContainEqual(expect.objectContaining({ kind: 'notification', state: 'done' }));
  });

  it('waits for the renewal to be late, and stands at the first run after that', async () => {
    const certificate = await aCertificate(10.5, [10]);
    const lateAt = new Date(clock.now().getTime() + days(2)).toISOString();
    inventory.set(certificate.id, { ...certificate, rotation: true, renewal: { state: 'planned', reason: 'policy', windowStart: null, plannedAt: clock.now().toISOString(), lateAt, isLate: false, lastError: null } });
    expect(await read(certificate.id)).toEqual([['2026-11-25T06:30:00+00:00', 'Notice of "10 days"', 'planned', 'Only if its renewal is late by then']]);
  });
});
