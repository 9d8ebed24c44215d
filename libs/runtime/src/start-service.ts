import 'reflect-metadata';
import { Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import type { Environment, PlatformConfig } from '@sifaka/config';
import { DatabaseModule, type Database } from '@sifaka/database';
import { AppError, isAppError, type Clock } from '@sifaka/kernel';
import { connectBus, MessagingLife, MessagingModule, type Bus } from '@sifaka/messaging';
import { createLogger, startProcessMetrics, startTelemetry, type Logger } from '@sifaka/observability';
import type { LoadedService, ServiceDefinition } from './define-service.js';
import { listenForMessages, listenForRequests, type RunningApp } from './nest-app.js';
import type { Listening } from './listen.js';
import { openSchema } from './open-schema.js';
import { startOperationsServer } from './operations-server.js';
import { patiently } from './patience.js';
import { PlatformModule } from './platform.module.js';
import { ReadinessChecks, type Readiness } from './readiness.js';
import { Teardown } from './teardown.js';

export interface StartOptions {
  /** Defaults to the environment of the process. */
  env?: Environment;
  /** YAML configuration; defaults to what SIFAKA_CONFIG names. */
  file?: string;
  /** Log of a process that hosts several services; by default the service makes its own. */
  logger?: Logger;
  /** Migrate the schema first; otherwise the service waits until it is migrated. */
  migrate?: boolean;
  clock?: Clock;
  /** False for all services of a process but one; true by default. */
  servesMetrics?: boolean;
  /** Gives up waiting for database or NATS. */
  signal?: AbortSignal;
}

export interface RunningService {
  readonly name: ServiceDefinition['name'];
  /** Where HTTP is served: `http://host:port`; the gateway alone has it. */
  readonly address: string | undefined;
  /** Port of `/livez`, `/readyz`, `/metrics`, when they are served. */
  readonly operationsPort: number | undefined;
  /** For tests and for processes that host several services: what the service's module provides. */
  readonly app: INestApplicationContext;
  readiness(): Promise<Readiness>;
  /** How long `stop` takes at most, in milliseconds. */
  readonly stopLimitMs: number;
  /** Takes no more jobs and events, and ends those that run within the limit; calls are answered as before. */
  retire(limitMs: number): void;
  /** Takes nothing new, finishes what is in flight within the limit, closes everything. A second call waits for the first. */
  stop(limitMs?: number): Promise<void>;
}

/**
 * Starts one service: configuration, database, bus, module, listeners. Several may share a process.
 *
 * @throws AppError with a detail that names cause and remedy, when the environment is at fault.
 */
export async function startService(definition: ServiceDefinition, options: StartOptions = {}): Promise<RunningService> {
  const loaded = definition.load({ ...(options.env && { env: options.env }), ...(options.file !== undefined && { file: options.file }) });
  const logger =
    options.logger?.child({ service: definition.name }) ?? createLogger({ service: definition.name, level: loaded.platform.logLevel });
  const teardown = new Teardown(logger);
  try {
    return await bringUp({ definition, loaded, logger, teardown, options });
  } catch (error) {
    await teardown.run(loaded.platform.stopLimitMs);
    throw error;
  }
}

interface Parts {
  definition: ServiceDefinition;
  loaded: LoadedService;
  logger: Logger;
  teardown: Teardown;
  options: StartOptions;
}

async function bringUp({ definition, loaded, logger, teardown, options }: Parts): Promise<RunningService> {
  const { platform } = loaded;
  const { name } = definition;
  const telemetry = startTelemetry({ service: name, otlpEndpoint: platform.otlpEndpoint });
  teardown.add('telemetry', () => telemetry.shutdown());
  startProcessMetrics();

  const readiness = new ReadinessChecks();
  const operations = await startOperations(platform, readiness, options.servesMetrics ?? true);
  if (operations !== undefined) teardown.add('operations server', () => operations.close());

  const database = await openSchema({ definition, platform, logger, migrate: options.migrate ?? false, signal: options.signal });
  teardown.add('database', () => database.close());
  const bus = await openBus({ definition, loaded, logger, teardown, options });
  teardown.add('bus', () => bus.close());
  addBaseChecks(readiness, database, bus);
  const app = await startApp({ definition, loaded, logger, teardown, options }, { database, bus, readiness });

  const life = app.context.get(MessagingLife);
  readiness.begin();
  logger.info({ address: app.address, operationsPort: operations?.port }, 'service is ready');
  return {
    name,
    address: app.address,
    operationsPort: operations?.port,
    app: app.context,
    readiness: () => readiness.read(),
    stopLimitMs: platform.stopLimitMs,
    retire: (limitMs) => life.retire(limitMs),
    stop(limitMs = platform.stopLimitMs) {
      readiness.stop();
      // Beside the drain of calls: each may then have nearly all of the time.
      life.retire(limitMs);
      return teardown.run(limitMs);
    },
  };
}

/** Listens from the first moment, so that a probe can tell a service that waits for its database from one that hangs. */
async function startOperations(platform: PlatformConfig, readiness: ReadinessChecks, servesMetrics: boolean): Promise<Listening | undefined> {
  if (platform.operationsPort === 0) return undefined;
  return startOperationsServer({ host: platform.operationsHost, port: platform.operationsPort, readiness: () => readiness.read(), servesMetrics });
}

function openBus({ definition, loaded: { platform }, logger, options }: Parts): Promise<Bus> {
  const connect = () =>
    connectBus({
      user: definition.name,
      url: platform.natsUrl,
      ...(platform.natsUser !== undefined && { username: platform.natsUser }),
      ...(platform.natsPassword !== undefined && { password: platform.natsPassword }),
      log: logger,
      // Patience is here, where the log says what is waited for.
      patienceMs: 0,
    });
  return patiently({ what: 'NATS', limitMs: platform.startLimitMs, logger, signal: options.signal }, () => connect().catch(withRemedy));
}

function withRemedy(error: unknown): never {
  if (!isAppError(error)) throw error;
  const remedy =
    error.code === 'unavailable' ? 'Start it, or correct NATS_URL.' : 'Correct SIFAKA_NATS_USER, SIFAKA_NATS_PASSWORD or NATS_URL.';
  throw new AppError(error.code, `${error.message}. ${remedy}`, { reason: 'runtime.nats', cause: error });
}

function addBaseChecks(readiness: ReadinessChecks, database: Database, bus: Bus): void {
  readiness.add('database', () => database.ping());
  readiness.add('nats', () => {
    if (!bus.isConnected) throw new Error('not connected');
  });
}

/** A module of its own per application is made by Nest from this class and the imports. */
@Module({})
class ServiceRoot {}

async function startApp(parts: Parts, base: { database: Database; bus: Bus; readiness: ReadinessChecks }): Promise<RunningApp> {
  const { definition, loaded, logger, teardown, options } = parts;
  const { name } = definition;
  const { callerPublicKey, databaseUrl, auditEntryDays, metricProviders, tasks } = loaded.platform;
  const { callerPrivateKey } = loaded;
  const { clock } = options;
  const root: DynamicModule = {
    module: ServiceRoot,
    imports: [
      PlatformModule.forService({ name, config: loaded.config, logger, clock, readiness: base.readiness }),
      DatabaseModule.forService(base.database),
      MessagingModule.forService({
        service: name,
        bus: base.bus,
        databaseUrl,
        log: logger,
        callerPublicKey,
        auditEntryDays,
        tasks,
        metricProviders,
        callerPrivateKey,
        jobConcurrency: definition.jobConcurrency,
        ...(clock && { clock }),
      }),
      loaded.module(),
    ],
  };
  const app = loaded.http === undefined ? await listenForMessages(root, logger) : await listenForRequests(root, logger, loaded.http);
  teardown.add('application', () => app.close());
  return app;
}
