import { AppError } from '@sifaka/kernel';
import type { Environment } from '@sifaka/config';
import { startService, type RunningService, type ServiceDefinition } from '@sifaka/runtime';
import { DataDir } from './data-dir.js';
import type { EmbeddedServers } from './embedded-servers.js';
import { awaitHealth, checkPortIsFree, gatewayAddress } from './gateway-address.js';
import { openLog } from './log.js';
import { openPlatform, type Platform } from './platform.js';

export interface StandaloneOptions {
  env: Environment;
  embedded: EmbeddedServers;
  services: readonly ServiceDefinition[];
  /** Told what a person wants to know: the address, the first password. */
  announce: (line: string) => void;
}

export interface Standalone {
  /** Rejects when a server that the platform needs ends by itself. */
  failure: Promise<never>;
  /** Finishes what is in flight, then stops services and servers. */
  stop(): Promise<void>;
}

/** The whole platform in this process: one Nest application per service, over the same bus and the same database roles as apart. */
export async function startStandalone({ env, embedded, services, announce }: StandaloneOptions): Promise<Standalone> {
  const dataDir = DataDir.open(env.SIFAKA_DATA_DIR ?? '.sifaka');
  const unlock = embedded.lockDataDir(dataDir.path);
  const loggerOf = openLog(dataDir, env.SIFAKA_LOG_LEVEL ?? env.LOG_LEVEL);
  const address = gatewayAddress(services, env);
  await checkPortIsFree(address);
  const platform = await openPlatform({ definitions: services, env, dataDir, embedded, logger: loggerOf('standalone') });
  const running: RunningService[] = [];
  const stop = () => stopAll(running, platform, unlock);
  try {
    const start = async (definition: ServiceDefinition) => {
      const logger = loggerOf(definition.name);
      const env = platform.environmentOf(definition.name);
      running.push(await startService(definition, { env, logger, migrate: true, servesMetrics: definition.name === 'gateway' }));
    };
    await startInOrder(services, start);
    await awaitHealth(address);
  } catch (error) {
    await stop();
    throw error;
  }
  const password = platform.administratorCreated();
  if (password !== null) announce(password);
  for (const warning of platform.warnings) announce(`warning: ${warning}`);
  announce(`Sifaka is ready at ${address.url}`);
  return { failure: platform.failure, stop };
}

/** The gateway opens the door when everything behind it stands. */
async function startInOrder(
  services: readonly ServiceDefinition[],
  start: (definition: ServiceDefinition) => Promise<void>,
): Promise<void> {
  const inner = await Promise.allSettled(services.filter(({ name }) => name !== 'gateway').map(start));
  const failed = inner.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason instanceof Error ? failed.reason : new AppError('internal', String(failed.reason));
  for (const definition of services.filter(({ name }) => name === 'gateway')) await start(definition);
}

/** Together with the servers' end less than what `npm start` is given after a signal. */
const gatewayStopMs = 4_000;
const innerStopMs = 3_000;

async function stopAll(running: readonly RunningService[], platform: Platform, unlock: () => void): Promise<void> {
  const doors = running.filter(({ name }) => name === 'gateway');
  const inner = running.filter(({ name }) => name !== 'gateway');
  // First the door, then what is behind it, and the ground last. What nobody waits for ends meanwhile.
  const endAt = performance.now() + gatewayStopMs + innerStopMs;
  for (const service of inner) service.retire(gatewayStopMs + innerStopMs);
  await Promise.all(doors.map((service) => quietly(service.stop(gatewayStopMs))));
  // What the doors did not need is theirs: the jobs that they retire with count on it.
  await Promise.all(inner.map((service) => quietly(service.stop(Math.max(innerStopMs, endAt - performance.now())))));
  await quietly(platform.stop());
  unlock();
}

/** One service that cannot stop in order must not keep the others from it. */
async function quietly(promise: Promise<void>): Promise<void> {
  try {
    await promise;
  } catch (error) {
    process.stderr.write(`stopping: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
