import { hostname } from 'node:os';
import { AppError, toAppError } from '@sifaka/kernel';
import { allContracts, allEvents, serviceNames, type ServiceName } from '@sifaka/contracts';
import type { Environment } from '@sifaka/config';
import { provisionDatabase, roleName } from '@sifaka/database';
import { connectBus, ensureStream, natsConfig, passwordVariable, type Bus } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import type { ServiceDefinition } from '@sifaka/runtime';
import { administratorCreated, gatewayHasUsers, initialPassword } from './initial-admin.js';
import type { DataDir } from './data-dir.js';
import { gatewayAddress, type GatewayAddress } from './gateway-address.js';
import type { EmbeddedServer, EmbeddedServers } from './embedded-servers.js';
import { openSecrets, type Secrets } from './secrets.js';
import { isGiven, serviceEnvironment } from './service-environment.js';

export interface PlatformOptions {
  definitions: readonly ServiceDefinition[];
  env: Environment;
  dataDir: DataDir;
  embedded: EmbeddedServers;
  logger: Logger;
}

/** Database and bus, ready for the services, and what each service is told of them. */
export interface Platform {
  environmentOf(service: ServiceName): Record<string, string>;
  /** What whoever started the platform should know of its servers. */
  warnings: readonly string[];
  /** Call when all services run: what to tell of the first administrator, once. */
  administratorCreated(): string | null;
  /** Rejects when an embedded server ends without being asked. */
  failure: Promise<never>;
  stop(): Promise<void>;
}

/**
 * Provides Postgres and NATS (those of DATABASE_URL and NATS_URL, else embedded ones) with one role and one bus user per service.
 *
 * @throws AppError or another fault whose message names cause and remedy.
 */
export async function openPlatform({ definitions, env, dataDir, embedded, logger }: PlatformOptions): Promise<Platform> {
  const keepsMasterKey = !definitions.some(({ config }) => isGiven(config, 'SIFAKA_MASTER_KEYS', env));
  const secrets = withGivenPasswords(openSecrets(dataDir, { keepsMasterKey }), env);
  const servers: EmbeddedServer[] = [];
  const started = (server: EmbeddedServer) => {
    servers.push(server);
    return server;
  };
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    const registry = { contracts: allContracts, events: allEvents };
    const configText = natsConfig({ registry, passwords: secrets.busPasswords });
    const [databaseUrl, natsUrl] = await settled([
      env.DATABASE_URL ?? embedded.startPostgres({ dataDir: dataDir.file('postgres') }).then((server) => started(server).url),
      env.NATS_URL ?? embedded.startNats({ dataDir: dataDir.file('nats'), configText }).then((server) => started(server).url),
    ]);
    const [, weakness] = await settled([
      provisionDatabase(databaseUrl, secrets.databasePasswords),
      prepareBus(natsUrl, secrets, env, logger),
    ]);
    const isPasswordGiven = definitions.some(({ config }) => isGiven(config, 'SIFAKA_ADMIN_PASSWORD', env));
    const hasUsers = () => gatewayHasUsers(databaseUrlOf('gateway', databaseUrl, secrets));
    const password = await initialPassword(dataDir, { isPasswordGiven, hasUsers });
    const environments = new Map(
      definitions.map((definition) => [
        definition.name,
        serviceEnvironment({
          definition: definition.config,
          env,
          fixed: fixedSettings(definition.name, { databaseUrl, natsUrl, secrets, env }),
          defaults: { ...generatedSettings(secrets), SIFAKA_ADMIN_PASSWORD: password ?? undefined, SIFAKA_REVOCATION_URL: ownAddress(gatewayAddress(definitions, env)) },
        }),
      ]),
    );
    const environmentOf = (service: ServiceName) => environments.get(service) ?? {};
    const warnings = [weakness ?? sharedUser(natsUrl, env)].filter((text) => text !== null);
    const administrator = () => administratorCreated(dataDir, environmentOf('gateway').SIFAKA_ADMIN_USERNAME ?? 'admin', password);
    return { environmentOf, warnings, administratorCreated: administrator, failure: firstFailure(servers, dataDir), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Like Promise.all, but waits for all: what still starts must not be left behind by the fault of another. */
async function settled<const T extends readonly unknown[]>(promises: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(promises);
  return await Promise.all(promises);
}

/** Under which certificates name this gateway. One that listens on every address is known by the name of its machine. */
function ownAddress({ host, port, url }: GatewayAddress): string {
  return host === '0.0.0.0' || host === '::' ? `http://${hostname()}:${port}` : url;
}

/** A NATS server of one's own may know the users by passwords of one's own. */
function withGivenPasswords(secrets: Secrets, env: Environment): Secrets {
  const busPasswords = { ...secrets.busPasswords };
  for (const user of [...serviceNames, 'sifaka-admin', 'sifaka-events'] as const)
    busPasswords[user] = env[passwordVariable(user)] ?? busPasswords[user];
  return { ...secrets, busPasswords };
}

/** Answers what the server does not enforce. */
async function prepareBus(url: string, secrets: Secrets, env: Environment, log: Logger): Promise<string | null> {
  const bus = await openBus(url, secrets, env, log);
  try {
    await ensureStream(bus);
    return bus.missingRights;
  } finally {
    await bus.close();
  }
}

async function openBus(url: string, secrets: Secrets, env: Environment, log: Logger): Promise<Bus> {
  try {
    return await connectBus({ user: 'sifaka-admin', url, ...busUser('sifaka-admin', { natsUrl: url, secrets, env }), log });
  } catch (error) {
    const fault = toAppError(error);
    const remedy =
      fault.code === 'unavailable' ? 'Start it, or correct NATS_URL' : 'Correct NATS_URL, or give the server the users of deploy/nats';
    throw new AppError(fault.code, `${fault.message}. ${remedy}.`, { reason: 'standalone.bus', cause: error });
  }
}

interface BusWhereabouts {
  natsUrl: string;
  secrets: Secrets;
  env: Environment;
}

interface Whereabouts extends BusWhereabouts {
  databaseUrl: string;
}

/** A server whose address names a user knows that one; it knows the others only when their passwords were given too. */
function busUser(user: keyof Secrets['busPasswords'], { natsUrl, secrets, env }: BusWhereabouts): { username?: string; password?: string } {
  const isOwn = !namesUser(natsUrl) || env[passwordVariable(user)] !== undefined;
  return isOwn ? { username: user, password: secrets.busPasswords[user] } : {};
}

function namesUser(natsUrl: string): boolean {
  return natsUrl.split(',').some((text) => /^[a-z]+:\/\/[^/]*@/.test(text.trim()));
}

function sharedUser(natsUrl: string, env: Environment): string | null {
  const sharing = namesUser(natsUrl) ? serviceNames.filter((service) => env[passwordVariable(service)] === undefined) : [];
  if (sharing.length === 0) return null;
  return `${sharing.join(', ')} use the NATS user of NATS_URL, so that their rights on the bus are not enforced: give the server the users of deploy/nats, and set ${passwordVariable('gateway')} and so on`;
}

function fixedSettings(service: ServiceName, { databaseUrl, natsUrl, secrets, env }: Whereabouts): Record<string, string | undefined> {
  const { username, password } = busUser(service, { natsUrl, secrets, env });
  return {
    DATABASE_URL: databaseUrlOf(service, databaseUrl, secrets),
    NATS_URL: natsUrl,
    SIFAKA_NATS_USER: username,
    SIFAKA_NATS_PASSWORD: password,
    SIFAKA_OPERATIONS_PORT: operationsPort(service, env),
  };
}

function databaseUrlOf(service: ServiceName, databaseUrl: string, secrets: Secrets): string {
  const url = new URL(databaseUrl);
  url.username = roleName(service);
  url.password = secrets.databasePasswords[service];
  return url.href;
}

/** The port that was asked for is the gateway's; the other services follow in the order of their names' list. Each has its own probes. */
function operationsPort(service: ServiceName, env: Environment): string | undefined {
  const first = Number(env.SIFAKA_OPERATIONS_PORT ?? '0');
  if (!Number.isInteger(first))
    throw new AppError('failed_precondition', 'SIFAKA_OPERATIONS_PORT must be a whole number', { reason: 'config.invalid' });
  return first === 0 ? undefined : String(first + serviceNames.indexOf(service));
}

function generatedSettings(secrets: Secrets): Record<string, string> {
  return {
    SIFAKA_MASTER_KEYS_FILE: secrets.masterKeyFile,
    SIFAKA_TOKEN_SECRET: secrets.tokenSecret,
    SIFAKA_CALLER_PRIVATE_KEY: secrets.callerPrivateKey,
    SIFAKA_CALLER_PUBLIC_KEY: secrets.callerPublicKey,
  };
}

function firstFailure(servers: readonly EmbeddedServer[], dataDir: DataDir): Promise<never> {
  const failure = Promise.race(servers.map((server) => server.exited)).then(() => {
    throw new AppError('unavailable', `an embedded server ended by itself: see the logs below ${dataDir.path}, then start again`, {
      reason: 'standalone.server_ended',
    });
  });
  // Whoever stops the servers on purpose does not wait for their end as a failure.
  failure.catch(() => undefined);
  return failure;
}
