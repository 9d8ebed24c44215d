import { AttachedNotifications } from './attached-notifications.js';
import { Audience } from './audience.js';
import { EndingCertificates } from './ending-certificates.js';
import { ExpirationDrafts } from './expiration-drafts.js';
import { ExpiryTasks } from './expiry-tasks.js';
import { NoticeRepository } from './notice.repository.js';
import { NotifyAuthorityExpirations } from './notify-authority-expirations.js';
import { NotifyDeployed } from './notify-deployed.js';
import { NotifyExpirations } from './notify-expirations.js';
import { ReadTimeline } from './read-timeline.js';
import { SendExpirationSummary } from './send-expiration-summary.js';
import { TellExpirations } from './tell-expirations.js';
import { Terms } from './terms.js';
import { TimelineHandlers } from './timeline.handlers.js';

/** What is read, and what is made of it. */
const reading = [Terms, Audience, AttachedNotifications, EndingCertificates, ExpirationDrafts, NoticeRepository, ReadTimeline];

const telling = [NotifyExpirations, TellExpirations, NotifyAuthorityExpirations, SendExpirationSummary, NotifyDeployed, ExpiryTasks];

export const expiryParts = { controllers: [TimelineHandlers], providers: [...reading, ...telling] };
