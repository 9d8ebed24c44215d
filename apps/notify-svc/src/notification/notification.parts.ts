import { PreviewMessage } from '../preview/preview-message.js';
import { NotificationHandlers } from './notification.handlers.js';
import { NotificationPlugins } from './notification-plugins.js';
import { NotificationRepository } from './notification.repository.js';
import { NotificationTrail } from './notification-trail.js';
import { ReadNotifications } from './read-notifications.js';
import { SaveNotification } from './save-notification.js';
import { TestNotification } from './test-notification.js';

export const notificationParts = {
  controllers: [NotificationHandlers],
  providers: [NotificationRepository, NotificationPlugins, NotificationTrail, ReadNotifications, SaveNotification, TestNotification, PreviewMessage],
};
