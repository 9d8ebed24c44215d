import { expect, it } from '@jest/globals';
import { NotificationEditInput, type NotificationView } from '@sifaka/contracts';
import { changed, fieldOf, intervalText } from './notification-request.js';

const notification: NotificationView = {
  id: 3,
  label: 'shop on call',
  description: null,
  active: true,
  plugin: { slug: 'webhook-notification', title: 'Webhook', description: '', pluginOptions: [] },
  options: [
    { name: 'interval', type: 'int', value: 14 },
    { name: 'unit', type: 'select', value: 'days' },
    { name: 'url', type: 'str', value: 'https://hooks.shop.test/certificates' },
    { name: 'secret', type: 'str', sensitive: true, value: null },
  ],
};

it('switches a notification without touching anything else of it', () => {
  const request = changed(notification, { active: false });
  expect(NotificationEditInput.safeParse(request).error).toBeUndefined();
  expect(request).toEqual({
    label: 'shop on call',
    description: '',
    active: false,
    plugin: {
      slug: 'webhook-notification',
      pluginOptions: [
        { name: 'interval', value: 14 },
        { name: 'unit', value: 'days' },
        { name: 'url', value: 'https://hooks.shop.test/certificates' },
        { name: 'secret', value: null },
      ],
    },
  });
});

it('leaves the switch alone when a certificate is taken off', () => {
  expect(changed(notification, { removedCertificates: [{ id: 7 }] })).not.toHaveProperty('active');
});

it.each([
  [14, 'days', '14 days before their end'],
  [1, 'months', '1 month before their end'],
  ['2', 'weeks', '2 weeks before their end'],
  [null, null, null],
])('says when it is told: %p %p', (interval, unit, text) => {
  expect(
    intervalText([
      { name: 'interval', value: interval },
      { name: 'unit', value: unit },
    ]),
  ).toBe(text);
});

it('finds the input of a refused path', () => {
  expect(fieldOf('label')).toBe('label');
  expect(fieldOf('plugin.slug')).toBe('slug');
  expect(fieldOf('plugin.pluginOptions.url')).toBeNull();
});
