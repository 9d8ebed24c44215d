import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { clock, days, held, NotifyWorld } from './a-notify-world.js';
import { inbox } from './memory-notifier.js';

let world: NotifyWorld;
beforeAll(async () => (world = await NotifyWorld.start()), 60_000);
afterAll(() => world.stop());
beforeEach(() => world.clear());

describe('the digest', () => {
  const runSummary = async () => {
    const report = await world.run('sendSummary');
    await world.settled();
    return report;
  };

  it('goes by days to the security team, once a day', async () => {
    const [a, b] = [world.certificate({ daysLeft: 14.5 }), world.certificate({ daysLeft: 2.5 })];
    world.certificate({ daysLeft: 15.1 });
    const lateAt = new Date(clock.now().getTime() + days(1)).toISOString();
    world.certificate({ daysLeft: 3, rotation: true, renewal: { state: 'planned', reason: 'policy', windowStart: null, plannedAt: clock.now().toISOString(), lateAt, isLate: false, lastError: null } });
    await runSummary();
    await runSummary();
    expect(inbox.of('expiration_summary').map(({ recipients, certificates, facts }) => [recipients, certificates.map(({ id }) => id), (Object(facts).groups as { daysLeft: number }[]).map(({ daysLeft }) => daysLeft)])).toEqual([[['sec@corp.test'], [b.id, a.id], [2, 14]]]);
    clock.advance(days(1));
    await runSummary();
    expect(inbox.of('expiration_summary')).toHaveLength(2);
  });

  it('has what ends while it is on hold, of which nobody else is told', async () => {
    const [open, onHold, later] = [world.certificate({ daysLeft: 3 }), world.certificate({ daysLeft: 6.5, status: 'revoked' }), world.certificate({ daysLeft: 20, status: 'revoked' })];
    for (const { id } of [onHold, later]) held.add(id);
    expect(await runSummary()).toMatchObject({ certificates: 1, onHold: 1 });
    const [message] = inbox.of('expiration_summary');
    expect(message?.certificates.map(({ id }) => id)).toEqual([open.id]);
    expect(message?.facts).toMatchObject({ held: [{ id: onHold.id }] });
    expect(message?.text).toContain(`- ${onHold.name}\n  on hold, ends in 6 days`);
    expect(await world.deliveries({ certificateId: onHold.id })).toHaveLength(1);
  });

  it('goes out though nothing ends', async () => {
    await runSummary();
    expect(inbox.of('expiration_summary')).toMatchObject([{ certificates: [] }]);
  });
});
