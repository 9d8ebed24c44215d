import { describe, expect, it } from '@jest/globals';
import { aNotificationRecord } from '../test/records.js';
import { nestedNotification, notificationView } from './notification.view.js';

describe('a notification as clients see it', () => {
  it('has the keys that Lemur gave it', () => {
    const view = notificationView(aNotificationRecord({ id: 15 }));
    expect(Object.keys(view)).toEqual(['id', 'label', 'description', 'options', 'plugin', 'active']);
    expect(view.plugin.pluginOptions).toEqual(view.options);
  });

  it('shows definitions of its plugin where a certificate names it', () => {
    const { options, plugin } = nestedNotification(aNotificationRecord({ id: 15 }));
    expect(options.every((option) => 'value' in option)).toBe(true);
    expect(plugin.pluginOptions.map(({ name }) => name)).toEqual(options.map(({ name }) => name));
    expect(plugin.pluginOptions.some((option) => 'value' in option)).toBe(false);
  });

  it('shows no secret, whatever the service sends', () => {
    const options = [{ name: 'token', type: 'str' as const, sensitive: true, value: 'Tr0ub4dor' }];
    for (const view of [notificationView, nestedNotification]) expect(JSON.stringify(view(aNotificationRecord({ id: 15, options })))).not.toContain('Tr0ub4dor');
  });
});
