import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  deleteNotification,
  getNotification,
  listNotifications,
  listNotifiedCertificates,
  previewMessage,
  messageTypes,
  resolveNotifications,
  testNotification,
  tryNotification,
  updateNotification,
  type NotificationRecord,
  type RequestOf,
} from '@sifaka/contracts';
import { AppError } from '@sifaka/kernel';
import { admin, NotifyWorld, plain, reader } from './a-notify-world.js';
import { inbox } from './memory-notifier.js';

let world: NotifyWorld;
beforeAll(async () => (world = await NotifyWorld.start()), 60_000);
afterAll(() => world.stop());
beforeEach(() => world.clear());

const window = { offset: 0, limit: 50, sortBy: null, sortDir: null };
const list = (parts: Partial<RequestOf<typeof listNotifications>> = {}) => world.call('gateway', listNotifications, { window, filter: null, active: null, ids: null, ...parts });
const change = ({ id, label, description, plugin }: NotificationRecord, options: Record<string, string | number | null>, parts: Partial<RequestOf<typeof updateNotification>> = {}) =>
  world.call(
    'gateway',
    updateNotification,
    { id, label, description, active: null, addedCertificateIds: [], removedCertificateIds: [], plugin: { slug: plugin.slug, pluginOptions: Object.entries(options).map(([name, value]) => ({ name, value })) }, ...parts },
    { principal: admin },
  );
const valueOf = ({ options }: NotificationRecord, name: string) => options.find((option) => option.name === name)?.value;
const certificatesOf = async (notificationId: number) => (await world.call('gateway', listNotifiedCertificates, { notificationId, offset: 0, limit: 10 })).certificateIds;
const secretCount = async () => (await world.platform.database('keyvault').query<{ count: number }>('select count(*)::int as count from secret'))[0]?.count ?? 0;

describe('a notification', () => {
  it('is shown with every option of its plugin', async () => {
    const made = await world.notification({ label: 'DEFAULT_PAYMENTS_30_DAY', certificateIds: [4, 9] });
    expect(made).toMatchObject({ label: 'DEFAULT_PAYMENTS_30_DAY', active: true, plugin: { slug: 'email-notification', title: 'Email' } });
    expect(made.options.map(({ name, value }) => [name, value])).toEqual([['interval', 30], ['unit', 'days'], ['recipients', 'team@corp.test']]);
    expect(await world.call('gateway', getNotification, { id: made.id })).toEqual(made);
    expect(await certificatesOf(made.id)).toEqual([9, 4]);
    await world.events.waitFor(({ type, data }) => type === 'sifaka.v1.notification.created' && Object(data).id === made.id);
  });

  it('has its interval as a number, whatever it was given as', async () => {
    expect(valueOf(await world.notification({ options: { interval: '12', unit: 'weeks', recipients: 'a@corp.test' } }), 'interval')).toBe(12);
    expect((await world.sql('select interval_days from notification'))[0]).toEqual({ interval_days: 84 });
  });

  it.each([
    ['more than 90 days', { interval: 91, unit: 'days' }],
    ['20 weeks', { interval: '20', unit: 'weeks' }],
    ['a unit that nobody knows', { interval: 3, unit: 'fortnights' }],
    ['a unit alone', { unit: 'days' }],
    ['words', { interval: 'soon', unit: 'days' }],
  ])('is refused for an interval of %s', async (_title, interval) => {
    await expect(world.notification({ options: { ...interval, recipients: 'a@corp.test' } })).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'plugin.pluginOptions' }] });
    expect((await list()).total).toBe(0);
  });

  it('has a label of its own', async () => {
    await world.notification({ label: 'taken' });
    const other = await world.notification({ label: 'free' });
    const refusal = { code: 'already_exists', fields: [{ path: 'label', message: '"taken" is the label of another notification' }] };
    await expect(world.notification({ label: 'taken' })).rejects.toMatchObject(refusal);
    await expect(change(other, { interval: 1, unit: 'days', recipients: 'a@corp.test' }, { label: 'taken' })).rejects.toMatchObject(refusal);
  });

  it('keeps its secret in the key vault, and sends it nowhere else', async () => {
    const before = await secretCount();
    const options = { url: 'https://chat.corp.test/a', token: 'very-secret' };
    const made = await world.notification({ slug: 'chat-notification', options: { interval: 1, unit: 'days', ...options } });
    expect([inbox.checks, valueOf(made, 'token'), valueOf(made, 'interval')]).toEqual([1, null, 1]);
    const everything = await world.sql('select row_to_json(n)::text as text from notification n union all select row_to_json(a)::text from audit_entry a union all select payload::text from outbox');
    expect(JSON.stringify(everything)).not.toContain('very-secret');
    await change(made, { interval: 2, unit: 'days', url: options.url, token: null });
    expect((await world.call('gateway', testNotification, { id: made.id }, { principal: admin })).isWorking).toBe(true);
    expect(inbox.of('test')[0]?.options).toMatchObject({ token: 'very-secret' });
    await expect(change(made, { interval: 2, unit: 'days', url: 'https://mine.test/', token: null })).rejects.toMatchObject({ fields: [{ path: 'plugin.pluginOptions.token', message: expect.stringContaining('because url changed') }] });
    expect(await world.call('gateway', deleteNotification, { id: made.id }, { principal: admin })).toEqual({ isDeleted: true });
    expect(await secretCount()).toBe(before);
  });

  it('is refused with the words of the other side, and nothing of it is kept', async () => {
    const before = await secretCount();
    const options = { url: 'https://chat.corp.test/a', token: 'wrong' };
    await expect(world.notification({ slug: 'chat-notification', options })).rejects.toMatchObject({ code: 'invalid_argument', fields: [{ path: 'plugin.pluginOptions', message: 'the other side says: unknown token' }] });
    await expect(world.notification({ slug: 'nothing' })).rejects.toMatchObject({ fields: [{ path: 'plugin._schema' }] });
    await expect(world.notification({ options: { interval: 1, unit: 'days', colour: 'red', recipients: 'a@corp.test' } })).rejects.toMatchObject({ fields: [{ path: 'plugin.pluginOptions.colour' }] });
    expect([(await list()).total, await secretCount()]).toEqual([0, before]);
  });

  it('is changed: what is left out stays, certificates come and go', async () => {
    const made = await world.notification({ certificateIds: [1, 2] });
    const options = { interval: 5, unit: 'days', recipients: 'other@corp.test' };
    const changed = await change(made, options, { label: 'renamed', active: false, addedCertificateIds: [3], removedCertificateIds: [1] });
    expect([changed.label, changed.active, valueOf(changed, 'recipients'), await certificatesOf(made.id)]).toEqual(['renamed', false, 'other@corp.test', [3, 2]]);
    expect((await change(made, options, { label: 'renamed' })).active).toBe(false);
    await expect(change({ ...made, id: 999_999 }, options)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is open to whoever may write, and to nobody else', async () => {
    const made = await world.notification({}, plain);
    await expect(world.notification({}, reader)).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(world.call('gateway', deleteNotification, { id: made.id }, { principal: reader })).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(world.call('gateway', testNotification, { id: made.id }, { principal: reader })).rejects.toMatchObject({ code: 'permission_denied' });
    expect(await world.call('gateway', deleteNotification, { id: made.id }, { principal: plain })).toEqual({ isDeleted: true });
    expect(await world.call('gateway', deleteNotification, { id: made.id }, { principal: plain })).toEqual({ isDeleted: false });
  });

  it('is tested, stored or not, and a refusal is the answer', async () => {
    const made = await world.notification();
    expect(await world.call('gateway', testNotification, { id: made.id }, { principal: admin })).toMatchObject({ isWorking: true, detail: 'a test message was handed over' });
    inbox.gate = () => {
      throw new AppError('upstream_failed', 'the server says: go away');
    };
    const plugin = { slug: 'email-notification', pluginOptions: [{ name: 'interval', value: 1 }, { name: 'unit', value: 'days' }, { name: 'recipients', value: 'x@corp.test' }] };
    expect(await world.call('gateway', tryNotification, { plugin }, { principal: admin })).toMatchObject({ isWorking: false, detail: 'the server says: go away' });
    await expect(world.call('gateway', testNotification, { id: 999_999 }, { principal: admin })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('notifications', () => {
  it('are listed and filtered', async () => {
    const one = await world.notification({ label: 'alpha', active: false });
    const two = await world.notification({ label: 'beta' });
    expect((await list({ filter: 'label;ALP' })).items.map(({ id }) => id)).toEqual([one.id]);
    expect((await list({ filter: 'active;true' })).items.map(({ id }) => id)).toEqual([two.id]);
    expect((await list({ active: false })).items.map(({ id }) => id)).toEqual([one.id]);
    expect((await list({ filter: 'pluginName;email' })).total).toBe(2);
  });

  it('are found by id and by label, and what does not exist is named', async () => {
    const one = await world.notification({ label: 'alpha' });
    const found = await world.call('gateway', resolveNotifications, { refs: [{ name: 'alpha' }, { id: one.id }] });
    expect(found.notifications.map(({ id }) => id)).toEqual([one.id]);
    await expect(world.call('gateway', resolveNotifications, { refs: [{ id: one.id }, { id: 404 }, { name: 'nothing' }] })).rejects.toMatchObject({
      code: 'invalid_argument',
      fields: [{ path: 'notifications.1', message: 'notification 404 does not exist' }, { path: 'notifications.2', message: 'notification "nothing" does not exist' }],
    });
  });
});

describe('a preview', () => {
  it.each(messageTypes)('of %s is there', async (type) => {
    const { subject, text, html } = await world.call('gateway', previewMessage, { type });
    for (const each of [subject, text, html]) expect(each).not.toMatch(/undefined|\[object/);
    expect(html).not.toContain('<and more>');
  });
});
