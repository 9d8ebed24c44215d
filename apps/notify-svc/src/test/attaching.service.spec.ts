import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachNotifications, certificateImported, certificateIssued, certificateRenewed, certificateUpdated, deleteNotification, findNotifications, resolveNotifications, setNotifications, type EventDataOf } from '@sifaka/contracts';
import { waitUntil } from '@sifaka/testing';
import { admin, clock, NotifyWorld } from './a-notify-world.js';

let world: NotifyWorld;
beforeAll(async () => (world = await NotifyWorld.start()), 60_000);
afterAll(() => world.stop());
beforeEach(() => world.clear());

type Issued = EventDataOf<typeof certificateIssued>;
const facts = (id: number, owner: string): Issued => ({
  ...{ id, name: `c-${id}`, owner, commonName: null, names: [], authorityId: null, serialHex: 'A1', fingerprintSha256: 'f', replaces: [], roleIds: [] },
  ...{ notBefore: clock.now().toISOString(), notAfter: clock.now().toISOString(), destinationIds: [], notificationIds: [], renewedFromId: null, ownAuthorityId: null },
});
const attach = (certificateId: number, owner: string, notificationIds: number[] = []) => world.call('gateway', attachNotifications, { certificateId, owner, notificationIds });
const set = (certificateId: number, owner: string, notificationIds: number[], formerOwner: string | null = null) => world.call('gateway', setNotifications, { certificateId, owner, formerOwner, notificationIds });
const labels = async (id: number) => (await world.call('gateway', findNotifications, { certificateIds: [id] })).notifications.map(({ label }) => label).sort();
const owned = (stem: string) => [15, 2, 30].map((days) => `DEFAULT_${stem}_${days}_DAY`);
const security = owned('SECURITY');
const later = (seconds: number) => new Date(clock.now().getTime() + seconds * 1_000);

describe('a new certificate', () => {
  it('gets the notifications of its owner and of the security team, made when they are missing', async () => {
    const { notifications } = await attach(1, 'Joe@a.test');
    expect(notifications.map(({ label }) => label).sort()).toEqual([...owned('JOE'), ...security]);
    const joes = notifications.find(({ label }) => label === 'DEFAULT_JOE_15_DAY');
    expect(joes).toMatchObject({ active: true, plugin: { slug: 'email-notification' } });
    expect(joes?.options.map(({ name, value }) => [name, value])).toEqual([['interval', 15], ['unit', 'days'], ['recipients', 'joe@a.test']]);
    expect(notifications.find(({ label }) => label === 'DEFAULT_SECURITY_2_DAY')?.options.at(-1)?.value).toBe('sec@corp.test');
    await attach(2, 'joe@a.test');
    expect(await world.sql('select count(*)::int as count from notification')).toEqual([{ count: 6 }]);
    await world.events.waitFor(({ type, data }) => type === 'sifaka.v1.notification.created' && Object(data).label === 'DEFAULT_JOE_30_DAY');
  });

  it('gets those alone that were asked for', async () => {
    const mine = await world.notification({ label: 'mine' });
    expect((await attach(1, 'joe@a.test', [mine.id])).notifications.map(({ label }) => label)).toEqual(['mine']);
  });

  it('is given them once, whoever tells of it first and however often', async () => {
    const mine = await world.notification({ label: 'mine' });
    const told = await world.tell('issuer', certificateIssued, { ...facts(1, 'joe@a.test'), notificationIds: [mine.id] });
    await waitUntil(async () => (await labels(1)).length === 1);
    await set(1, 'joe@a.test', []);
    await world.again('issuer', told);
    await world.tell('issuer', certificateIssued, facts(2, 'ann@a.test'));
    await waitUntil(async () => (await labels(2)).length === 6);
    expect([await labels(1), (await attach(1, 'joe@a.test', [mine.id])).notifications.length]).toEqual([owned('JOE'), 3]);
  });

  it('shares nothing with another owner of the same name', async () => {
    await attach(1, 'joe@a.test');
    await attach(2, 'joe@b.test');
    await attach(3, 'joe_b_test@c.test');
    await attach(4, 'joe@b.test');
    expect(await labels(2)).toEqual([...owned('JOE_B_TEST'), ...security]);
    expect(await labels(4)).toEqual(await labels(2));
    const third = await labels(3);
    expect(third.filter((label) => [...owned('JOE_B_TEST'), ...owned('JOE')].includes(label))).toEqual([]);
    expect(third[0]).toMatch(/^DEFAULT_JOE_B_TEST_C_TEST_15_DAY$/);
    expect((await labels(3)).every((label) => label.length <= 128)).toBe(true);
    await attach(5, 'security@corp.test');
    expect(await labels(5)).toEqual([...security, ...owned('SECURITY_CORP_TEST')].sort());
  });

  it('uses a notification with the right label as it is, unless it tells somebody else of that name', async () => {
    const mine = await world.notification({ label: 'DEFAULT_ANN_30_DAY', slug: 'chat-notification', options: { interval: 30, unit: 'days', url: 'https://chat.corp.test/' } });
    expect((await attach(1, 'ann@a.test')).notifications).toContainEqual(mine);
    await world.notification({ label: 'DEFAULT_BOB_30_DAY', options: { interval: 30, unit: 'days', recipients: 'bob@a.test' } });
    await attach(2, 'bob@b.test');
    expect(await labels(2)).toEqual([...owned('BOB_B_TEST'), ...security]);
    await attach(3, 'bob@a.test');
    expect(await labels(3)).toEqual([...owned('BOB'), ...security]);
  });

  it('of an authority has none', async () => {
    await world.tell('issuer', certificateIssued, { ...facts(1, 'joe@a.test'), ownAuthorityId: 4 });
    await world.tell('issuer', certificateIssued, facts(2, 'joe@a.test'));
    await waitUntil(async () => (await labels(2)).length > 0);
    expect(await labels(1)).toEqual([]);
  });

  it('of an owner that is no address is told to the security team', async () => {
    const { notifications } = await attach(1, 'found');
    expect(notifications.find(({ label }) => label === 'DEFAULT_FOUND_30_DAY')?.options.at(-1)?.value).toBe('sec@corp.test');
  });

  it('has a deleted default made again, and others do not', async () => {
    const { notifications } = await attach(1, 'joe@a.test');
    const joes = notifications.find(({ label }) => label === 'DEFAULT_JOE_15_DAY');
    await world.call('gateway', deleteNotification, { id: joes?.id ?? 0 }, { principal: admin });
    expect((await attach(2, 'joe@a.test')).notifications.map(({ label }) => label)).toContain('DEFAULT_JOE_15_DAY');
    expect(await labels(1)).not.toContain('DEFAULT_JOE_15_DAY');
  });

  it('is one of many thousand without anybody noticing', async () => {
    const before = await world.sql<{ count: number }>('select count(*)::int as count from attachment');
    expect(before).toEqual([{ count: 0 }]);
    const events = Array.from({ length: 600 }, (_, index) => ({ ...facts(index + 1, `owner-${index % 7}@a.test`), sourceId: 3, proposedOwner: null }));
    await Promise.all(events.map((data) => world.tell('issuer', certificateImported, data)));
    await waitUntil(async () => (await world.sql<{ count: number }>('select count(*)::int as count from attachment'))[0]?.count === 3_600, { timeoutMs: 30_000 });
    expect(await world.sql('select count(*)::int as count from notification')).toEqual([{ count: 24 }]);
  }, 60_000);
});

describe('a changed certificate', () => {
  it('has what is asked for, and the defaults of its owner unless it names one of them', async () => {
    const mine = await world.notification({ label: 'mine' });
    const { notifications } = await attach(1, 'joe@a.test');
    const joes = notifications.find(({ label }) => label === 'DEFAULT_JOE_30_DAY')?.id ?? 0;
    await set(1, 'joe@a.test', [mine.id]);
    expect(await labels(1)).toEqual([...owned('JOE'), 'mine']);
    await set(1, 'joe@a.test', [mine.id, joes]);
    expect(await labels(1)).toEqual(['DEFAULT_JOE_30_DAY', 'mine']);
    await set(1, 'joe@a.test', []);
    expect(await labels(1)).toEqual(owned('JOE'));
    await expect(set(1, 'joe@a.test', [404])).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('is not mistaken for that of an owner whose name begins the same', async () => {
    const { notifications } = await attach(1, 'joel@a.test');
    await attach(2, 'joe@a.test');
    await set(2, 'joe@a.test', notifications.flatMap(({ id, label }) => (label.startsWith('DEFAULT_JOEL') ? [id] : [])));
    expect(await labels(2)).toEqual([...owned('JOE'), ...owned('JOEL')].sort());
  });

  it('changes its defaults with its owner, and keeps the rest', async () => {
    const mine = await world.notification({ label: 'mine' });
    const { notifications } = await attach(1, 'joe@a.test');
    const all = [...notifications.map(({ id }) => id), mine.id];
    await set(1, 'joe@a.test', all);
    await world.tell('issuer', certificateUpdated, facts(1, 'ann@a.test'), later(5));
    const expected = [...owned('ANN'), ...security, 'mine'];
    await waitUntil(async () => (await labels(1)).includes('DEFAULT_ANN_2_DAY'));
    expect(await labels(1)).toEqual(expected);
    // The request that changed the owner names what the certificate had then.
    await set(1, 'ann@a.test', all, 'joe@a.test');
    expect(await labels(1)).toEqual(expected);
  });

  it('bears that a change of owner is asked for and heard of at the same moment', async () => {
    for (let index = 0; index < 15; index++) {
      const [id, owner] = [100 + index, `mover-${index}@a.test`];
      await attach(id, 'joe@a.test');
      const current = (await world.call('gateway', findNotifications, { certificateIds: [id] })).notifications.map((each) => each.id);
      await Promise.all([world.tell('issuer', certificateUpdated, facts(id, owner), later(5)), set(id, owner, current, 'joe@a.test'), set(id, owner, current, 'joe@a.test')]);
      expect(await labels(id)).toEqual([...owned(`MOVER-${index}`), ...security].sort());
    }
  });

  it('hears of its owner before it hears that it is there', async () => {
    await world.tell('issuer', certificateUpdated, facts(1, 'ann@a.test'), later(5));
    await waitUntil(async () => (await world.sql('select * from certificate')).length === 1);
    expect(await labels(1)).toEqual([]);
    await world.tell('issuer', certificateIssued, facts(1, 'joe@a.test'));
    await waitUntil(async () => (await labels(1)).length > 0);
    expect(await labels(1)).toEqual([...owned('ANN'), ...security]);
  });
});

describe('a pending certificate', () => {
  it('is to have what is asked for, and the defaults of its owner unless one of them is named', async () => {
    const mine = await world.notification({ label: 'mine' });
    const resolved = async (refs: { id?: number; name?: string }[], owner: string | null) => (await world.call('gateway', resolveNotifications, { refs, owner })).notifications.map(({ label }) => label).sort();
    expect(await resolved([{ id: mine.id }], null)).toEqual(['mine']);
    expect(await resolved([{ id: mine.id }], 'joe@a.test')).toEqual([...owned('JOE'), 'mine']);
    expect(await resolved([{ id: mine.id }, { name: 'DEFAULT_JOE_2_DAY' }], 'joe@a.test')).toEqual(['DEFAULT_JOE_2_DAY', 'mine']);
    expect(await resolved([], 'joe@a.test')).toEqual(owned('JOE'));
  });
});

describe('a renewed certificate', () => {
  const renewed = (certificateId: number, successorId: number) => ({
    ...{ certificateId, name: 'old', owner: 'joe@a.test', notAfter: clock.now().toISOString(), notify: true, successorId, successorName: 'new' },
    ...{ successorNotAfter: clock.now().toISOString(), destinationIds: [], endpointCount: 1, trigger: 'schedule' as const },
  });

  it('is told of as the old one was, in whatever order that is heard', async () => {
    const mine = await world.notification({ label: 'mine' });
    await attach(1, 'joe@a.test', [mine.id]);
    await world.tell('issuer', certificateIssued, { ...facts(2, 'joe@a.test'), replaces: [1] });
    await waitUntil(async () => (await labels(2)).length > 0);
    await world.tell('issuer', certificateIssued, { ...facts(9, 'joe@a.test'), replaces: [1], renewedFromId: 1 });
    await waitUntil(async () => (await labels(9)).join() === 'mine');
    await world.tell('issuer', certificateRenewed, renewed(1, 2));
    await waitUntil(async () => (await labels(2)).join() === 'mine');
    await world.tell('issuer', certificateRenewed, renewed(2, 3));
    await waitUntil(async () => (await labels(3)).join() === 'mine');
    await world.tell('issuer', certificateIssued, { ...facts(3, 'joe@a.test'), replaces: [2] });
    await world.tell('issuer', certificateIssued, facts(4, 'joe@a.test'));
    await waitUntil(async () => (await labels(4)).length > 0);
    expect(await labels(3)).toEqual(['mine']);
  });

  it('keeps what somebody chose for it since', async () => {
    const [mine, other] = [await world.notification({ label: 'mine' }), await world.notification({ label: 'other' })];
    await attach(1, 'joe@a.test', [mine.id]);
    await attach(2, 'joe@a.test');
    await set(2, 'joe@a.test', [other.id]);
    await world.tell('issuer', certificateRenewed, renewed(1, 2));
    await world.tell('issuer', certificateRenewed, renewed(1, 3));
    await waitUntil(async () => (await labels(3)).length > 0);
    expect(await labels(2)).toEqual([...owned('JOE'), 'other']);
  });
});
