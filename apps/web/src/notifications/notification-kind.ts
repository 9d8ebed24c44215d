import {
  createNotificationOperation,
  deleteNotificationOperation,
  notificationLabelLength,
  testNotificationOperation,
  tryNotificationOperation,
  updateNotificationOperation,
  type NotificationView,
} from '@sifaka/contracts';
import { api } from '../session/api.js';
import { emptyOptioned, formOfOptioned, requestOfOptioned, type OptionedForm, type OptionedKind } from '../ui/optioned.js';
import { fieldOf } from './notification-request.js';

export const notificationKind: OptionedKind<NotificationView, OptionedForm> = {
  type: 'notification',
  title: 'Notification',
  parent: { title: 'Notifications', to: '/notifications' },
  words: {
    description: 'Which team, which channel, and why they are told',
    plugin: 'How they are told',
  },
  labelLength: notificationLabelLength,
  test: { title: 'Send a test', icon: 'notification' },
  trialTitle: 'Send a test message',
  empty: emptyOptioned,
  formOf: formOfOptioned,
  fieldOf,
  calls: {
    try: (plugin) => api.call(tryNotificationOperation, { body: { plugin } }),
    create: (values, plugin, idempotencyKey) => api.call(createNotificationOperation, { body: requestOfOptioned(values, plugin), idempotencyKey }),
    update: (id, values, plugin) => api.call(updateNotificationOperation, { params: { id }, body: requestOfOptioned(values, plugin) }),
    test: (id) => api.call(testNotificationOperation, { params: { id } }),
    delete: (id) => api.call(deleteNotificationOperation, { params: { id } }),
  },
};
