import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Clock } from '@sifaka/kernel';
import { CLOCK, defineService, productVersion, ReadinessChecks } from '@sifaka/runtime';
import { RpcClient } from '@sifaka/messaging';
import { serveChallengeResponses } from './acme/challenge-responses.js';
import { gatewayConfig, type GatewayConfig } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';
import { ErrorFilter } from './http/error.filter.js';
import { configureServer, serverOptions, type ServerSettings } from './http/fastify-server.js';
import { ListAnswerInterceptor } from './http/list-answer.interceptor.js';
import { serveOperations } from './http/operations-routes.js';
import { OperationGuard } from './http/operation.guard.js';
import { SecretAnswerInterceptor } from './http/secret-answer.interceptor.js';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor.js';
import { gatewayMigrations } from './migrations/migrations.js';
import { servePublicAddresses } from './revocation/public-addresses.js';

export const gatewayService = defineService({
  name: 'gateway',
  config: gatewayConfig,
  migrations: gatewayMigrations,
  module: (config) => GatewayModule.with(config),
  http: (config) => ({
    host: config.host,
    port: config.port,
    setting: 'SIFAKA_PORT',
    fastify: serverOptions(serverSettings(config)),
    configure: (app) => configure(app, config),
  }),
  callerPrivateKey: ({ callerPrivateKey }) => callerPrivateKey,
});

/** Global for HTTP alone: the same classes as `APP_GUARD` and so on would stand before message handlers too. */
async function configure(app: NestFastifyApplication, config: GatewayConfig): Promise<void> {
  await configureServer(app, serverSettings(config));
  serveOperations(app.getHttpAdapter().getInstance(), app.get(ReadinessChecks));
  serveChallengeResponses(app.getHttpAdapter().getInstance(), app.get(RpcClient));
  servePublicAddresses(app.getHttpAdapter().getInstance(), app.get(RpcClient), app.get<Clock>(CLOCK));
  app.useGlobalFilters(app.get(ErrorFilter));
  app.useGlobalGuards(app.get(OperationGuard));
  app.useGlobalInterceptors(app.get(SecretAnswerInterceptor), app.get(ListAnswerInterceptor), app.get(IdempotencyInterceptor));
}

function serverSettings({ trustedProxies, customResponseHeaders, cors, corsOrigins, corsAllowHeaders }: GatewayConfig): ServerSettings {
  return { trustedProxies, customResponseHeaders, version: productVersion, cors: cors ? { origins: corsOrigins, allowHeaders: corsAllowHeaders } : null };
}
