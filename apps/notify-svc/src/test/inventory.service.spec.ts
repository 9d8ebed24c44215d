import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachNotifications } from '@sifaka/contracts';
import { inventory, issuerState, NotifyWorld, servedWhileEnding } from './a-notify-world.js';
import { inbox } from './memory-notifier.js';

let world: NotifyWorld;
beforeAll(async () => (world = await NotifyWorld.start()), 60_000);
afterAll(() => world.stop());
beforeEach(() => world.clear());

const toldOf = async (event: string): Promise<number[]> => {
  await world.settled();
  return inbox.of(event).flatMap(({ certificates }) => certificates.map(({ id }) => id)).sort((a, b) => a - b);
};

describe('an inventory whose answers are cut, because they would outgrow a message', () => {
  beforeEach(() => {
    issuerState.longestAnswer = 2;
  });

  const seven = () => Array.from({ length: 7 }, (_, index) => world.certificate({ daysLeft: 5 + index / 10 }));

  it('is told of to its end', async () => {
    const notification = await world.notification();
    const all = seven();
    for (const { id, owner } of all) await world.call('gateway', attachNotifications, { certificateId: id, owner, notificationIds: [notification.id] });
    expect(await world.run('notifyExpirations')).toMatchObject({ certificates: 7, told: 7 });
    expect(await toldOf('expiration')).toEqual(all.map(({ id }) => id));
  });

  it('is in the digest to its end', async () => {
    const all = seven();
    expect(await world.run('sendSummary')).toMatchObject({ certificates: 7 });
    expect(await toldOf('expiration_summary')).toEqual(all.map(({ id }) => id));
  });

  it('has authorities that are told of to the last one', async () => {
    const all = seven();
    for (const each of all) inventory.set(each.id, { ...each, ownAuthority: { id: each.id, name: 'Root', isSelfSigned: true, issuedCount: 1 } });
    expect(await world.run('notifyAuthorities')).toMatchObject({ certificates: 7, told: 7 });
    expect(await toldOf('authority_expiration')).toEqual(all.map(({ id }) => id));
  });

  it('is told of to its end where it is presented', async () => {
    const all = seven();
    for (const { id } of all) servedWhileEnding.push({ certificateId: id, domains: [{ name: 'x.corp.test', ports: [443], checkedAt: '2026-11-22T00:00:00Z' }] });
    expect(await world.run('notifyDeployed')).toMatchObject({ certificates: 7 });
    expect(await toldOf('expiring_deployed_certificate')).toEqual(all.map(({ id }) => id));
  });
});
