import type { RpcContract } from './contract.js';
import { acmeContracts } from './rpc/acme.js';
import { authorityContracts } from './rpc/authority.js';
import { certificateContracts } from './rpc/certificate.js';
import { destinationContracts } from './rpc/destination.js';
import { deploymentContracts } from './rpc/deployment.js';
import { dnsProviderContracts } from './rpc/dns-provider.js';
import { endpointContracts } from './rpc/endpoint.js';
import { ingestContracts } from './rpc/ingest.js';
import { inventoryContracts } from './rpc/inventory.js';
import { keyvaultContracts } from './rpc/keyvault.js';
import { notificationContracts } from './rpc/notification.js';
import { pendingCertificateContracts } from './rpc/pending-certificate.js';
import { renewalContracts } from './rpc/renewal.js';
import { revocationContracts } from './rpc/revocation.js';
import { rotationContracts } from './rpc/rotation.js';
import { rotationPolicyContracts } from './rpc/rotation-policy.js';
import { servedContracts } from './rpc/served.js';
import { sourceContracts } from './rpc/source.js';
import { statusContracts } from './rpc/status.js';

/** Every operation on the bus. The rights of the NATS users and the checks at start are made from this list. */
export const allContracts: readonly RpcContract[] = [
  ...keyvaultContracts,
  ...authorityContracts,
  ...certificateContracts,
  ...pendingCertificateContracts,
  ...acmeContracts,
  ...dnsProviderContracts,
  ...destinationContracts,
  ...deploymentContracts,
  ...rotationContracts,
  ...sourceContracts,
  ...endpointContracts,
  ...ingestContracts,
  ...rotationPolicyContracts,
  ...renewalContracts,
  ...revocationContracts,
  ...notificationContracts,
  ...servedContracts,
  ...inventoryContracts,
  ...statusContracts,
];
