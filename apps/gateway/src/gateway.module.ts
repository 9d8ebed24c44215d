import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { accessRulesOf } from '@sifaka/authz';
import type { Clock } from '@sifaka/kernel';
import { CLOCK } from '@sifaka/runtime';
import { acmeControllers } from './acme/acme.parts.js';
import { apiKeyControllers, apiKeyProviders } from './api-key/api-key.parts.js';
import { attachmentProviders } from './attachment/attachment.parts.js';
import { auditControllers, auditProviders } from './audit/audit.parts.js';
import { deploymentControllers } from './deployment/deployment.parts.js';
import { destinationControllers, destinationProviders } from './destination/destination.parts.js';
import { dnsProviderControllers, dnsProviderProviders } from './dns-provider/dns-provider.parts.js';
import { endpointControllers, endpointProviders } from './endpoint/endpoint.parts.js';
import { tokenSecretsOf, type GatewayConfig } from './gateway.config.js';
import { HealthController } from './health/health.controller.js';
import { Authenticator } from './http/authenticator.js';
import { ErrorFilter } from './http/error.filter.js';
import { ACCESS_RULES, OperationGuard } from './http/operation.guard.js';
import { ListAnswerInterceptor } from './http/list-answer.interceptor.js';
import { SecretAnswerInterceptor } from './http/secret-answer.interceptor.js';
import { idempotencyProviders } from './idempotency/idempotency.parts.js';
import { identityControllers, identityProviders } from './identity/identity.parts.js';
import { TokenAuthenticator } from './identity/token-authenticator.js';
import { TokenService } from './identity/token-service.js';
import { inventoryControllers, inventoryProviders } from './inventory.js';
import { revocationCheckControllers } from './revocation-check/revocation-check.parts.js';
import { notificationControllers, notificationProviders } from './notification/notification.parts.js';
import { revocationControllers, revocationProviders } from './revocation/revocation.parts.js';
import { renewalControllers, renewalProviders } from './renewal/renewal.parts.js';
import { roleControllers, roleProviders } from './role/role.parts.js';
import { rotationControllers, rotationProviders } from './rotation/rotation.parts.js';
import { sourceControllers, sourceProviders } from './source/source.parts.js';
import { taskControllers, taskProviders } from './task/task.parts.js';
import { userControllers, userProviders } from './user/user.parts.js';

/** The door of the platform. One module: its parts share users, roles and the change log, and nobody else imports them. */
@Module({})
export class GatewayModule {
  static with(config: GatewayConfig): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [
        ...identityControllers,
        ...userControllers,
        ...roleControllers,
        ...apiKeyControllers,
        ...inventoryControllers,
        ...dnsProviderControllers,
        ...destinationControllers,
        ...deploymentControllers,
        ...sourceControllers,
        ...endpointControllers,
        ...rotationControllers,
        ...renewalControllers,
        ...revocationControllers,
        ...notificationControllers,
        ...revocationCheckControllers,
        ...acmeControllers,
        ...auditControllers,
        ...taskControllers,
        HealthController,
      ],
      providers: [
        ...httpProviders(config),
        ...identityProviders,
        ...userProviders,
        ...roleProviders,
        ...apiKeyProviders,
        ...auditProviders,
        ...taskProviders,
        ...idempotencyProviders,
        ...inventoryProviders,
        ...attachmentProviders,
        ...dnsProviderProviders,
        ...destinationProviders,
        ...sourceProviders,
        ...endpointProviders,
        ...rotationProviders,
        ...renewalProviders,
        ...revocationProviders,
        ...notificationProviders,
      ],
    };
  }
}

function httpProviders(config: GatewayConfig): Provider[] {
  const tokens = { secrets: tokenSecretsOf(config), algorithms: config.tokenAlgorithms, lifetimeSeconds: config.tokenLifetimeSeconds };
  return [
    ErrorFilter,
    OperationGuard,
    SecretAnswerInterceptor,
    ListAnswerInterceptor,
    { provide: ACCESS_RULES, useValue: accessRulesOf(config) },
    { provide: Authenticator, useExisting: TokenAuthenticator },
    { provide: TokenService, inject: [CLOCK], useFactory: (clock: Clock) => new TokenService(tokens, clock) },
  ];
}
