import { acmeService } from '@sifaka/acme-svc';
import { deployService } from '@sifaka/deploy-svc';
import { discoveryService } from '@sifaka/discovery-svc';
import { gatewayService } from '@sifaka/gateway';
import { issuerService } from '@sifaka/issuer-svc';
import { keyvaultService } from '@sifaka/keyvault-svc';
import { notifyService } from '@sifaka/notify-svc';
import type { ServiceDefinition } from '@sifaka/runtime';

/** Every service of the platform; the gateway last, because it opens the door. */
export const allServices: readonly ServiceDefinition[] = [
  keyvaultService,
  issuerService,
  acmeService,
  discoveryService,
  deployService,
  notifyService,
  gatewayService,
];
