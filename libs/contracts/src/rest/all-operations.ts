import { acmeOperations } from './acme.js';
import { apiKeyOperations } from './api-key.js';
import { auditOperations } from './audit.js';
import { authOperations } from './auth.js';
import { authorityOperations } from './authority.js';
import { certificateOperations } from './certificate.js';
import { deploymentOperations } from './deployment.js';
import { destinationOperations } from './destination.js';
import { dnsProviderOperations } from './dns-provider.js';
import { endpointOperations } from './endpoint.js';
import { inventoryOperations } from './inventory.js';
import { notificationOperations } from './notification.js';
import type { Operation } from './operation.js';
import { pendingCertificateOperations } from './pending-certificate.js';
import { renewalOperations } from './renewal.js';
import { revocationOperations } from './revocation.js';
import { roleOperations } from './role.js';
import { rotationOperations } from './rotation.js';
import { sourceOperations } from './source.js';
import { taskOperations } from './task.js';
import { userOperations } from './user.js';

/** Every operation of the REST API; the OpenAPI document and the answer to a wrong method are made from this list. */
export const allOperations: readonly Operation[] = [
  ...authOperations,
  ...userOperations,
  ...roleOperations,
  ...apiKeyOperations,
  ...authorityOperations,
  ...certificateOperations,
  ...pendingCertificateOperations,
  ...dnsProviderOperations,
  ...destinationOperations,
  ...deploymentOperations,
  ...sourceOperations,
  ...endpointOperations,
  ...rotationOperations,
  ...renewalOperations,
  ...revocationOperations,
  ...notificationOperations,
  ...acmeOperations,
  ...inventoryOperations,
  ...auditOperations,
  ...taskOperations,
];
