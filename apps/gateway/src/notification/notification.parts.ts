import { AttachNotifications } from './attach-notifications.js';
import { DeliveryController } from './delivery.controller.js';
import { NotificationController } from './notification.controller.js';
import { Notifications } from './notifications.js';
import { NotifiedCertificates } from './notified-certificates.js';
import { SaveNotification } from './save-notification.js';

export const notificationControllers = [NotificationController, DeliveryController];
export const notificationProviders = [AttachNotifications, Notifications, NotifiedCertificates, SaveNotification];
