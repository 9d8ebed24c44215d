import { inventory } from './0001-inventory.js';
import { reconciliation } from './0002-reconciliation.js';
import { requestContent } from './0003-request-content.js';
import { lists } from './0004-lists.js';
import { pendingCertificates } from './0005-pending-certificates.js';
import { certificateFormat } from './0006-certificate-format.js';
import { watchedRequests } from './0007-watched-requests.js';
import { pendingDestinations } from './0008-pending-destinations.js';
import { foundCertificates } from './0009-found-certificates.js';
import { attachments } from './0010-attachments.js';
import { pendingNotifications } from './0011-pending-notifications.js';
import { renewal } from './0012-renewal.js';
import { crl } from './0013-crl.js';
import { revocationCheck } from './0014-revocation-check.js';
import { attachmentPlugins } from './0015-attachment-plugins.js';
import { foundRevocations } from './0016-found-revocations.js';
import { renewalDestinations } from './0017-renewal-destinations.js';
import { destinationLabels } from './0018-destination-labels.js';
import { renewalAttempts } from './0019-renewal-attempts.js';
import { revocationChanges } from './0020-revocation-changes.js';
import { ownFailures } from './0021-own-failures.js';

/** In order; each is applied once. Additions only: a release must run on the schema of the next. */
export const issuerMigrations = [
  inventory,
  reconciliation,
  requestContent,
  lists,
  pendingCertificates,
  certificateFormat,
  watchedRequests,
  pendingDestinations,
  foundCertificates,
  attachments,
  pendingNotifications,
  renewal,
  crl,
  revocationCheck,
  attachmentPlugins,
  foundRevocations,
  renewalDestinations,
  destinationLabels,
  renewalAttempts,
  revocationChanges,
  ownFailures,
];
