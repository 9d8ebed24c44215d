import { setTimeout as delay } from 'node:timers/promises';
import { AppError, toAppError } from '@sifaka/kernel';
import { migrate, provisionDatabase } from '@sifaka/database';
import { connectBus, ensureStream } from '@sifaka/messaging';
import type { Logger } from '@sifaka/observability';
import type { ServiceDefinition } from '@sifaka/runtime';
import { databasePasswords, rolesThatShareAPassword, type ProvisionConfig } from './provision-settings.js';

export interface ProvisionOptions {
  config: ProvisionConfig;
  services: readonly ServiceDefinition[];
  logger: Logger;
}

/**
 * Prepares database and bus for services that run apart: roles, schemas, extension, migrations of every service, stream of events.
 *
 * Changes nothing that is right already, except that the roles get the passwords that are given: run it before every new version, and to
 * rotate passwords.
 *
 * @throws AppError whose message names cause and remedy.
 */
export async function provisionPlatform({ config, services, logger }: ProvisionOptions): Promise<void> {
  refuseSharedPasswords(config);
  await patiently(config, logger, 'the database', () => provisionDatabase(config.databaseUrl, databasePasswords(config)));
  logger.info('roles and schemas are there');
  for (const { name, migrations } of services) {
    const applied = await migrate(config.databaseUrl, { schema: name, migrations });
    logger.info({ schema: name, migrations: applied }, applied.length === 0 ? 'schema is up to date' : 'schema migrated');
  }
  await patiently(config, logger, 'NATS', () => provisionBus(config, logger));
  logger.info({ replicas: config.eventReplicas }, 'stream of events is there');
}

function refuseSharedPasswords(config: ProvisionConfig): void {
  const shared = rolesThatShareAPassword(config);
  if (shared.length === 0) return;
  throw new AppError('failed_precondition', `the database roles of ${shared.join(', ')} share a password: give each its own`, {
    reason: 'config.invalid',
  });
}

async function provisionBus({ natsUrl, natsAdminPassword, eventReplicas }: ProvisionConfig, log: Logger): Promise<void> {
  const password = natsAdminPassword === undefined ? {} : { password: natsAdminPassword };
  const bus = await connectBus({ user: 'sifaka-admin', url: natsUrl, username: 'sifaka-admin', ...password, log, patienceMs: 0 });
  try {
    await ensureStream(bus, { replicas: eventReplicas });
  } catch (error) {
    throw streamFault(error);
  } finally {
    await bus.close();
  }
}

/** A cluster that has not chosen its leader, or has too few servers yet, answers 503. */
function streamFault(error: unknown): unknown {
  const status: unknown = error instanceof Error ? Reflect.get(error, 'status') : undefined;
  if (!(error instanceof Error)) return error;
  const isEarly =
    status === 503 || /temporarily unavailable|no suitable peers|insufficient resources|timeout|no responders/i.test(error.message);
  const code = isEarly ? 'unavailable' : 'failed_precondition';
  return new AppError(code, `NATS does not make the stream of events: ${error.message}`, { reason: 'provision.stream', cause: error });
}

const pauseMs = 500;

/** Database, bus and this program may be started together: what is not there yet is waited for. */
async function patiently(config: ProvisionConfig, logger: Logger, what: string, attempt: () => Promise<void>): Promise<void> {
  const endAt = performance.now() + config.startLimitMs;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      const fault = toAppError(error);
      if (fault.code !== 'unavailable' || performance.now() >= endAt) throw error;
      logger.warn({ reason: fault.message }, `waiting for ${what}`);
      await delay(pauseMs);
    }
  }
}
