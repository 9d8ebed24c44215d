import { AttachmentHandlers } from './attachment.handlers.js';
import { AttachmentRepository } from './attachment.repository.js';
import { ChangeNotifications } from './change-notifications.js';
import { DefaultNotifications } from './default-notifications.js';
import { DefaultStems } from './default-stems.js';
import { GiveNotifications } from './give-notifications.js';
import { HearCertificates } from './hear-certificates.js';

export const attachmentParts = {
  controllers: [AttachmentHandlers],
  providers: [AttachmentRepository, DefaultStems, DefaultNotifications, GiveNotifications, ChangeNotifications, HearCertificates],
};
